"""Commands about runs that were and runs to come: runs, verify, compare, schedule, lab."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from xhht_analysis.project import KitError, Project
from xhht_analysis.running import file_errors, kernel, messages

Out = Annotated[Path | None, typer.Option("--out", help="Thư mục gốc chứa kết quả.")]
Raw = Annotated[Path | None, typer.Option("--raw", help="Thư mục tệp đã nhận theo ngày.")]
SCHEDULERS = {"win32": "windows", "linux": "systemd"}


def project_at(out: Path | None) -> Project:
    """The project whose results stand under ``out`` (default: the project itself)."""
    return Project(out=out.resolve()) if out else Project()


def reading(command: Callable[..., None]) -> Callable[..., None]:
    """``command`` only reads: what keeps a file from it is told as that."""

    @functools.wraps(command)
    def run(*arguments: object, **options: object) -> None:
        try:
            command(*arguments, **options)
        except PermissionError as error:
            raise KitError(file_errors.cannot_read(error.filename or "", error)) from None

    return run


@reading
def runs(out: Out = None) -> None:
    """Sổ các lần chạy: khi nào, số liệu đến ngày nào, kết quả ra sao."""
    from rich.console import Console
    from rich.table import Table

    from xhht_analysis.running import records

    lines = records.read_ledger(project_at(out))
    if not lines:
        raise KitError(messages.NO_RUN.format(path=project_at(out).reports_root))
    table = Table(*messages.LEDGER_COLUMNS)
    for line in lines:
        table.add_row(
            line["as_of"],
            line.get("finished_at", ""),
            messages.RUN_STATUS[line["status"]],
            f"{line.get('seconds', 0):.0f}",
            messages.DATA_KIND["sample" if line["sample"] else "real"] if "sample" in line else "",
            line.get("error", ""),
        )
    Console().print(table)


@reading
def verify(as_of: str, out: Out = None, raw: Raw = None) -> None:
    """Chứng minh một lần chạy: băm lại tệp, chạy lại, so từng byte."""
    from xhht_analysis.running import documents, verification

    raw_dir = raw.resolve() if raw else None
    proof = verification.verify(
        project_at(out), as_of, raw_dir=raw_dir, make_documents=documents.maker()
    )
    if proof.problems:
        raise KitError("\n".join(proof.problems))
    for note in proof.notes:
        typer.echo(f"{messages.SAME_ANYWAY}: {note}")
    typer.echo(messages.VERIFIED.format(as_of=as_of))


def schedule(
    at: Annotated[str, typer.Option("--at", help="Giờ chạy, giờ Việt Nam.")] = "06:00",
    weekly: Annotated[str | None, typer.Option("--weekly", help="thứ 2 … chủ nhật")] = None,
    daily: Annotated[bool, typer.Option("--daily", help="Hằng ngày.")] = False,
    on: Annotated[str | None, typer.Option("--on", help="Một ngày: 2026-11-25.")] = None,
    kind: Annotated[
        Literal["cron", "systemd", "windows"] | None, typer.Option("--for", help="Nơi đặt lịch.")
    ] = None,
    raw: Raw = None,
    out: Out = None,
    install: Annotated[bool, typer.Option("--install", help="Cài luôn.")] = False,
) -> None:
    """Ghi và giải thích lịch chạy tự động; chỉ cài khi có --install."""
    from xhht_analysis.running import schedule as schedules

    when = schedules.parse_when(at, weekly, daily, on)
    kind = kind or SCHEDULERS.get(sys.platform, "cron")
    project = project_at(out)
    arguments = [*(("--raw", str(raw.resolve())) if raw else ()), "--out", str(project.out)]
    paths, lines = schedules.write(
        kind, when, arguments, project.root, project.reports_root / "schedule"
    )
    typer.echo(messages.SCHEDULE_WRITTEN.format(when=schedules.spoken(when)))
    encoding = schedules.ENCODINGS.get(kind, "utf-8")
    for path in paths:
        typer.echo(f"  {path}\n{path.read_text(encoding=encoding)}")
    typer.echo(messages.SCHEDULE_NOTE[kind])
    if kind == "cron" and when.on:
        typer.echo(messages.SCHEDULE_YEARLY)
    if install:
        schedules.install(kind, paths, lines)
        typer.echo(messages.SCHEDULE_INSTALLED)
    else:
        shown = schedules.by_hand(kind, paths, lines)
        typer.echo("\n".join([messages.SCHEDULE_INSTALL, *shown]))


def compare(before: str, after: str, out: Out = None) -> None:
    """Hai lần chạy khác nhau ở đâu, vì sao: số liệu mới, sửa số liệu, mô hình, quy tắc."""
    from rich.console import Console
    from rich.table import Table

    from xhht_analysis import files
    from xhht_analysis.plan.goals import read_goals
    from xhht_analysis.plan.province import read_province
    from xhht_analysis.publishing.labels import Labels
    from xhht_analysis.running import compare as comparing

    project, labels = project_at(out), Labels("vi")
    found = comparing.compare(project, before, after)
    path = project.reports(after) / f"compare_{before}.csv"
    files.write_text(path, found.verdicts.to_csv(index=False, lineterminator="\n"))
    for kind, count in found.figures.items():
        typer.echo(f"{messages.CAUSES[kind]}: {count} {messages.PANEL_ROWS}")
    for line in found.why:
        typer.echo(line)
    province = read_province(project.config_dir).code
    titles = read_goals(project.config_dir).set_index("goal_code")["title_vi"]
    table = Table(*messages.COMPARE_COLUMNS, title=f"{before} → {after}")
    for row in found.verdicts[found.verdicts["unit_code"] == province].to_dict("records"):
        ends = [
            f"{labels.known('class', row[f'class_{end}'])} {labels.short_chance(chance)}".strip()
            for end, chance in (("before", row["prob_before"]), ("after", row["prob_after"]))
        ]
        causes = [
            f"{messages.CAUSES[c]} {_points(row[f'by_{c}'])}".strip()
            for c in row["causes"].split(";")
        ]
        name = f"{titles.get(row['goal_code'], row['goal_code'])} ({row['target_year']})"
        table.add_row(name, *ends, "; ".join(causes))
    Console().print(table)
    typer.echo(messages.COMPARED.format(n=len(found.verdicts), path=path))
    if found.outdated:
        typer.echo("\n".join([messages.OUTDATED.format(as_of=after), *found.outdated]))


def _points(change: float) -> str:
    """A change of probability in points; empty when there is none."""
    return "" if change != change else f"{100 * change:+.0f} điểm"


def lab_command(root: Path) -> list[str]:
    """JupyterLab for this machine only, at the project's root, on the notebook that explores."""
    options = ["--ServerApp.ip=127.0.0.1", "--ServerApp.allow_remote_access=False"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--allow-root")  # Jupyter refuses to start for this user otherwise
    options.append(f"--ServerApp.root_dir={root}")
    return [sys.executable, "-m", "jupyterlab", *options, str(root / "notebooks/explore.ipynb")]


def lab_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """``variables`` for JupyterLab: no server configuration (it could drop the token)."""
    layout = Path("~/.jupyter/lab/user-settings").expanduser()
    return {**kernel.environment(variables), "JUPYTERLAB_SETTINGS_DIR": str(layout)}


def lab() -> None:
    """Mở JupyterLab ở sổ tay khám phá (chỉ trên máy này, có mã truy cập)."""
    root = Project().root
    command, variables = lab_command(root), lab_environment(os.environ)
    raise typer.Exit(subprocess.run(command, cwd=root, env=variables, check=False).returncode)


COMMANDS = (runs, verify, compare, schedule, lab)
