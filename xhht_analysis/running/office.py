"""Commands between the Sở and the offices: template, check, correct, status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from xhht_analysis.project import KitError, Project, UsageError
from xhht_analysis.running import messages, preflight
from xhht_analysis.running.history import Out, project_at

AsOf = Annotated[str | None, typer.Option("--as-of", help="Ngày nhận, ví dụ 2026-11-20.")]
Files = Annotated[list[Path], typer.Argument(help="Tệp cần xem.")]


def template(
    year: Annotated[int, typer.Option("--year", help="Năm số liệu.")],
    unit: Annotated[str | None, typer.Option("--unit", help="Mã đơn vị, ví dụ 815.")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="Mã cơ quan.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Mọi đơn vị, cơ quan của năm.")] = False,
    out: Out = None,
) -> None:
    """Lập biểu mẫu cho một đơn vị hoặc cơ quan điền, hoặc cả bộ của một năm."""
    from xhht_analysis.intake.gathering import Plan
    from xhht_analysis.intake.returning.status import expected_reporters
    from xhht_analysis.intake.returning.template import write_template

    if (unit is not None) + (agency is not None) + everyone != 1:
        raise UsageError(messages.UNIT_OR_AGENCY)
    project = project_at(out)
    preflight.check_config(project)
    plan = Plan.read(project.config_dir)
    if not plan.areas.province.first_year <= year <= plan.areas.province.last_year:
        first, last = plan.areas.province.first_year, plan.areas.province.last_year
        raise UsageError(messages.YEAR_OUTSIDE.format(year=year, first=first, last=last))
    wanted = [("agency", agency) if agency else ("unit", unit)]
    if everyone:
        rows = expected_reporters(year, plan.areas, plan.agencies)
        kinds = rows["kind"].where(rows["kind"].eq("agency"), "unit")
        wanted = list(zip(kinds, rows["reporter_code"], strict=True))
    folder = project.out / "templates"
    for kind, code in wanted:
        path = folder / f"bieu_mau_{code}_{year}.xlsx"
        try:
            write_template(
                path,
                **{f"{kind}_code": code},
                year=year,
                areas=plan.areas,
                indicators=plan.indicators,
                tasks=plan.tasks,
                agencies=plan.agencies,
            )
        except ValueError as error:
            raise UsageError(str(error)) from None
    typer.echo(messages.TEMPLATES.format(n=len(wanted), path=folder) if everyone else path)


def check(
    files: Files,
    excel: Annotated[bool, typer.Option("--excel", help="Ghi bản đánh dấu để gửi trả.")] = False,
    as_of: AsOf = None,
    out: Out = None,
) -> None:
    """Xem tệp nộp sai ở ô nào, vì sao, sửa thế nào."""
    from xhht_analysis.intake.gathering import Plan
    from xhht_analysis.intake.returning import returns

    project = project_at(out)
    preflight.check_config(project)
    plan = Plan.read(project.config_dir)
    day = preflight.check_day(as_of or today())
    for given in files:
        path = given.resolve()
        if not path.is_file():
            raise UsageError(messages.NO_FILE.format(path=given))
        where = {"raw_dir": project.raw_dir, "as_of": day}
        problems = returns.check_file(path, plan, **where)
        typer.echo(_told(given, problems.to_dict("records")))
        if excel:
            target = project.out / "checks" / f"{path.stem}_danh_dau.xlsx"
            target.parent.mkdir(parents=True, exist_ok=True)
            typer.echo(f"  → {returns.write_marked_copy(path, problems, target, **where)}")


def correct(file: Annotated[Path, typer.Argument(help="Tệp có trang «Đề nghị sửa».")]) -> None:
    """Đưa các dòng đã điền ở trang «Đề nghị sửa» vào config/corrections.csv."""
    from xhht_analysis.intake.returning import returns

    if not file.is_file():
        raise UsageError(messages.NO_FILE.format(path=file))
    lines = returns.read_repairs(file.resolve(), decided_on=today())
    path = returns.add_corrections(lines, Project().config_dir)
    typer.echo(messages.CORRECTED.format(n=len(lines), path=path))


def status(as_of: AsOf = None, out: Out = None) -> None:
    """Ai đã nộp, ai trễ hạn, còn thiếu gì; hạn là trước ngày 01/12 hằng năm."""
    from rich.console import Console
    from rich.table import Table

    from xhht_analysis import store
    from xhht_analysis.intake.gathering import Plan
    from xhht_analysis.intake.returning.status import STATES_VI, submission_status
    from xhht_analysis.plan.goals import split_codes
    from xhht_analysis.plan.standards import read_standards
    from xhht_analysis.running.records import vintages

    project = project_at(out)
    if as_of:
        preflight.check_day(as_of)
    runs = vintages(project)
    if not runs:
        raise KitError(messages.NOTHING_ON_DISK.format(path=project.out / "data" / "processed"))
    folder = project.processed(as_of or runs[-1])
    preflight.check_config(project)
    plan = Plan.read(project.config_dir)
    table = submission_status(
        store.read_table("submissions", folder),
        store.read_table("panel", folder),
        areas=plan.areas,
        indicators=plan.indicators,
        agencies=plan.agencies,
        standards=read_standards(project.config_dir),
        as_of=as_of or runs[-1],
    )
    console = Console()
    for year, rows in table.groupby("year"):
        counts = rows["state"].map(STATES_VI).value_counts()
        told = ", ".join(f"{n} {state}" for state, n in counts.items())
        console.print(f"[bold]{year}[/bold]: {told}", highlight=False)
    last = table[table["year"].eq(table["year"].max())]
    shown = Table(*messages.STATUS_COLUMNS, title=str(last["year"].iloc[0]))
    names = plan.indicators.drop_duplicates("indicator_code").set_index("indicator_code")
    for row in last.fillna("").to_dict("records"):
        day = "/".join(reversed(row["received_on"].split("-")))
        owed = [names.loc[code, "short_name_vi"] for code in split_codes(row["missing_indicators"])]
        some = [*owed[:3], *(["…"] if owed[3:] else [])] if row["n_files"] else []
        told = messages.STATUS_MISSING.format(n=len(owed), names="; ".join(some)) if owed else ""
        told = told.rstrip(": ")
        shown.add_row(row["name_vi"], STATES_VI[row["state"]], day, told)
    console.print(shown)


def _told(path: Path, problems: list[dict]) -> str:
    """Problems of one file as lines: sheet, cell, value, rule, remedy."""
    if not problems:
        return messages.CHECK_CLEAN.format(file=path.name)
    lines = [messages.CHECK_TITLE.format(file=path.name, n=len(problems))]
    for problem in problems:
        given = {k: v for k, v in problem.items() if isinstance(v, str) and v != "nan"}
        where = ("cell" if "cell" in given else "sheet") if "sheet" in given else "file"
        where = "line" if where == "file" and "cell" in given else where
        lines.append(
            messages.CHECK_LINE.format(
                **given,
                kind_vi=messages.KINDS[problem["kind"]],
                place=messages.CHECK_PLACES[where].format(**given),
                value=f": «{given['raw']}»" if "raw" in given else "",
            )
        )
    return "\n".join(lines)


def today() -> str:
    """Today's date in Vietnam."""
    return (datetime.now(UTC) + timedelta(hours=7)).date().isoformat()


COMMANDS = (template, check, correct, status)
