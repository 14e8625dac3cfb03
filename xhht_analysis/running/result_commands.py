"""Commands about runs that were and runs to come: runs, verify, compare, schedule, lab."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

import typer

from xhht_analysis.project import CONFIG_VARIABLE, KitError, Project, UsageError, received_dates
from xhht_analysis.running import (
    kernel,
    messages,
    preflight,
    records,
    scheduling,
    terminal,
    verification,
)

VIETNAM = timezone(timedelta(hours=7))


def project_at(out: Path | None) -> Project:
    """The project whose results stand under ``out`` (default: the project itself)."""
    return Project(out=out.resolve()) if out else Project()


def submissions_folder(project: Project, raw: Path | None, sample: bool) -> Path:
    """The folder of submissions: ``raw`` if given, else the project's sample or its own."""
    return raw.resolve() if raw else project.sample_dir if sample else project.raw_dir


def choose_day(raw_dir: Path, as_of: str | None) -> str:
    """``as_of`` if given, else the latest date of receipt in ``raw_dir`` (never today).

    A folder of a day to come is named on the terminal.

    Raises
    ------
    UsageError
        If ``as_of`` is no ISO date, or later than both today and the latest receipt.
    KitError
        If the folder is absent, holds no dated folder, or had received nothing by ``as_of``.
    """
    day = as_of and preflight.check_day(as_of)
    dates = received_dates(raw_dir)
    if not dates:
        raise KitError(messages.NO_SUBMISSIONS.format(path=raw_dir))
    day = day or dates[-1]
    if day > max(today(), dates[-1]):
        raise UsageError(messages.FUTURE.format(as_of=day, latest=dates[-1]))
    if day < dates[0]:
        raise KitError(messages.NOTHING_BY_THEN.format(as_of=day, path=raw_dir))
    if day > today():
        typer.echo(messages.FOLDER_TO_COME.format(day=day, today=today()), err=True)
    return day


def today() -> str:
    """Today's date in Vietnam."""
    return datetime.now(VIETNAM).date().isoformat()


def runs(*, out: Path | None = None) -> None:
    """Sổ các lần chạy: khi nào, số liệu đến ngày nào, kết quả ra sao."""
    lines = records.read_ledger(project_at(out))
    if not lines:
        raise KitError(messages.NO_RUN.format(path=project_at(out).reports_root))
    fields, words = messages.LEDGER_COLUMNS, messages.LEDGER_WORDS
    rows = [[str(line.get(name, "")) for name in fields] for line in lines]
    rows = [[words.get(text, text) for text in row] for row in rows]
    terminal.show_table(fields.values(), rows)


def verify(day: str, *, out: Path | None = None, raw: Path | None = None) -> None:
    """Chứng minh một lần chạy: băm lại tệp, chạy lại, so từng byte."""
    raw_dir = raw.resolve() if raw else None
    problems = verification.verify(project_at(out), day, raw_dir=raw_dir)
    if problems:
        raise KitError("\n".join(problems))
    typer.echo(messages.VERIFIED.format(as_of=day))


def schedule(
    *,
    at: str = "06:00",
    weekly: str | None = None,
    daily: bool = False,
    kind: Literal["cron", "windows"] = "windows" if sys.platform == "win32" else "cron",
    raw: Path | None = None,
    out: Path | None = None,
) -> None:
    """Ghi lịch chạy tự động và cho biết lệnh để cài."""
    when = scheduling.parse_when(at, weekly, daily)
    project = project_at(out)
    config, folder = os.environ.get(CONFIG_VARIABLE), raw and raw.resolve()
    places = {"--config": config, "--raw": folder, "--out": project.out}
    arguments = [str(word) for pair in places.items() if pair[1] for word in pair]
    target = project.reports_root / "schedule"
    path, text = scheduling.write(
        kind, when, arguments, day=today(), directory=project.root, folder=target
    )
    day = weekly or messages.SCHEDULE_DAILY
    typer.echo(messages.SCHEDULE_WRITTEN.format(day=day, at=when[0], path=path, text=text))
    quote = shlex.quote if kind == "cron" else '"{}"'.format
    typer.echo(messages.SCHEDULE_INSTALL[kind].format(path=quote(str(path))))


def compare(before: str, after: str, *, out: Path | None = None) -> None:
    """Hai lần chạy khác nhau ở đâu, vì sao."""
    from xhht_analysis.running import comparison

    rows, figures, why = comparison.compare(project_at(out), before, after)
    for kind, count in figures.items():
        typer.echo(f"{messages.CAUSES[kind]}: {count} {messages.PANEL_ROWS}")
    for line in why:
        typer.echo(line)
    typer.echo(messages.COMPARED.format(n=len(rows)))
    if rows:
        terminal.show_table(messages.COMPARE_COLUMNS, rows, f"{before} → {after}")
        typer.echo(messages.COMPARE_SCOPE)


def lab_command(root: Path) -> list[str]:
    """JupyterLab for this machine only, at the project's root, on the notebook that explores."""
    local = ["--ServerApp.ip=127.0.0.1", "--ServerApp.allow_remote_access=False"]
    # Jupyter refuses to start for the administrator of a Linux machine otherwise
    options = [*local, "--allow-root", f"--ServerApp.root_dir={root}"]
    return [sys.executable, "-m", "jupyterlab", *options, str(root / "notebooks/explore.ipynb")]


def lab_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """``variables`` for JupyterLab: no server configuration (it could drop the token)."""
    layout = Path("~/.jupyter/lab/user-settings").expanduser()
    return {**kernel.environment(variables), "JUPYTERLAB_SETTINGS_DIR": str(layout)}


def lab() -> None:
    """Mở JupyterLab ở sổ tay khám phá, chỉ trên máy này."""
    root = Project().root
    command, variables = lab_command(root), lab_environment(os.environ)
    raise typer.Exit(subprocess.run(command, cwd=root, env=variables, check=False).returncode)


COMMANDS = (runs, verify, compare, schedule, lab)
