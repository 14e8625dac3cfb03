"""Commands about runs that were and runs to come: runs, verify, schedule, lab."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from xhht_analysis.project import KitError, Project
from xhht_analysis.running import messages

Out = Annotated[Path | None, typer.Option("--out", help="Thư mục gốc chứa kết quả.")]
Raw = Annotated[Path | None, typer.Option("--raw", help="Thư mục tệp đã nhận theo ngày.")]
SCHEDULERS = {"win32": "windows", "linux": "systemd"}


def project_at(out: Path | None) -> Project:
    """The project whose results stand under ``out`` (default: the project itself)."""
    return Project(out=out.resolve()) if out else Project()


def runs(out: Out = None) -> None:
    """Sổ các lần chạy: khi nào, số liệu đến ngày nào, kết quả ra sao."""
    from rich.console import Console
    from rich.table import Table

    from xhht_analysis.running import ledger

    lines = ledger.read(project_at(out))
    if not lines:
        raise KitError(messages.NO_RUN.format(path=project_at(out).reports_root))
    table = Table(*messages.LEDGER_COLUMNS)
    for line in lines:
        table.add_row(
            line["as_of"],
            line.get("finished_at", ""),
            messages.RUN_STATUS[line["status"]],
            f"{line.get('seconds', 0):.0f}",
            messages.DATA_KIND[line["sample"]] if "sample" in line else "",
            line.get("error", ""),
        )
    Console().print(table)


def verify(as_of: str, out: Out = None, raw: Raw = None) -> None:
    """Chứng minh một lần chạy: băm lại tệp, chạy lại, so từng byte."""
    from xhht_analysis.running import documents, ledger

    raw_dir = raw.resolve() if raw else None
    proof = ledger.verify(project_at(out), as_of, raw_dir=raw_dir, finish=documents.make)
    if proof.problems:
        raise KitError("\n".join(proof.problems))
    for note in proof.notes:
        typer.echo(f"{messages.SAME_ANYWAY}: {note}")
    typer.echo(messages.VERIFIED.format(as_of=as_of))


def schedule(
    at: Annotated[str, typer.Option("--at", help="Giờ chạy, giờ Việt Nam.")] = "06:00",
    weekly: Annotated[str | None, typer.Option("--weekly", help="mon … sun")] = None,
    daily: Annotated[bool, typer.Option("--daily", help="Hằng ngày.")] = False,
    on: Annotated[str | None, typer.Option("--on", help="Một ngày: 2026-11-25.")] = None,
    kind: Annotated[str | None, typer.Option("--for", help="cron, systemd, windows")] = None,
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
    typer.echo(messages.SCHEDULE_WRITTEN.format(when=schedules.calendar(when)))
    for path in paths:
        typer.echo(f"  {path}\n{path.read_text(encoding='utf-8')}")
    typer.echo(messages.SCHEDULE_NOTE[kind])
    if not install:
        typer.echo("\n".join([messages.SCHEDULE_INSTALL, *lines]))
        return
    for line in lines:
        subprocess.run(line, shell=True, check=True)
    typer.echo(messages.SCHEDULE_INSTALLED)


def lab() -> None:
    """Mở JupyterLab ở sổ tay khám phá (chỉ trên máy này, có mã truy cập)."""
    notebook = Project().notebooks_dir / "explore.ipynb"
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", str(notebook)]
    raise typer.Exit(subprocess.run(command, cwd=Project().root, check=False).returncode)


COMMANDS = (runs, verify, schedule, lab)
