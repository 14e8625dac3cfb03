"""Commands between the Sở and the offices: template, check, correct, status."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from xhht_analysis.project import Project, UsageError
from xhht_analysis.running import messages, preflight
from xhht_analysis.running.run_commands import Out, Raw, project_at

if TYPE_CHECKING:
    from xhht_analysis.intake.returning.returns import Checked

AsOf = Annotated[str | None, typer.Option("--as-of", help="Ngày nhận, ví dụ 2026-11-20.")]
Files = Annotated[list[Path], typer.Argument(help="Tệp, hoặc thư mục, cần xem.")]


MOST_SHOWN = 3
"""Cells of one column that `check` shows with their own words; the marked copy has them all."""
Years = Annotated[list[int] | None, typer.Option("--year", help="Năm; ghi được nhiều lần.")]


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
    listed = (sorted(given.rglob("*")) if given.is_dir() else [given] for given in files)
    for given in (path for paths in listed for path in paths if not path.is_dir()):
        path = given.resolve()
        if not path.is_file():
            raise UsageError(messages.NO_FILE.format(path=given))
        where = {"raw_dir": project.raw_dir, "as_of": day}
        checked = returns.read_submission(path, plan, **where)
        for line in _told(given, checked):
            typer.echo(_printable(line))
        if excel:
            target = project.out / "checks" / f"{path.stem}_danh_dau.xlsx"
            target.parent.mkdir(parents=True, exist_ok=True)
            typer.echo(f"  → {returns.write_marked_copy(path, checked.problems, target, **where)}")


def correct(file: Annotated[Path, typer.Argument(help="Tệp có trang «Đề nghị sửa».")]) -> None:
    """Đưa các dòng đã điền ở trang «Đề nghị sửa» vào config/corrections.csv."""
    from xhht_analysis.intake.returning import returns

    if not file.is_file():
        raise UsageError(messages.NO_FILE.format(path=file))
    lines = returns.read_repairs(file.resolve(), decided_on=today())
    path = returns.add_corrections(lines, Project().config_dir)
    typer.echo(messages.CORRECTED.format(n=len(lines), path=path))


def status(
    as_of: AsOf = None,
    year: Annotated[
        list[int] | None, typer.Option("--year", help="Năm; ghi được nhiều lần.")
    ] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Xem số liệu minh hoạ.")] = False,
    raw: Raw = None,
    out: Out = None,
) -> None:
    """Ai đã nộp, ai trễ hạn, còn thiếu gì: đọc thư mục tệp đã nhận như lúc này."""
    from rich.console import Console
    from rich.table import Table

    from xhht_analysis.intake import run_intake
    from xhht_analysis.intake.returning.status import STATES_VI, submission_status
    from xhht_analysis.plan.goals import split_codes
    from xhht_analysis.plan.standards import read_standards
    from xhht_analysis.running.runner import choose_as_of

    if as_of:
        preflight.check_day(as_of)
    project = project_at(out)
    runs = sorted(project.reports_root.glob("*/run/run.json")) if out else []
    if runs and not raw and not sample:  # what was run there may have come from elsewhere
        asked = json.loads(runs[-1].read_text(encoding="utf-8"))["parameters"]
        raw, sample = Path(asked["raw_dir"]), asked["sample"]
    raw_dir = raw.resolve() if raw else project.sample_dir if sample else project.raw_dir
    choose_as_of(raw_dir, as_of, today())
    preflight.check_config(project)
    found = run_intake(raw_dir, as_of, project.config_dir, sample=sample)
    plan, is_sample = found.plan, bool(found.submissions["is_sample"].any())
    table = submission_status(
        found.submissions,
        found.panel,
        areas=plan.areas,
        indicators=plan.indicators,
        agencies=plan.agencies,
        standards=read_standards(project.config_dir),
        as_of=as_of or (found.as_of if is_sample else max(found.as_of, today())),
        years=year,
    )
    console = Console(soft_wrap=True, highlight=False)
    console.print(messages.STATUS_FOLDER.format(path=raw_dir, n=len(found.submissions)))
    if is_sample:
        console.print(messages.SAMPLE_MARK)
    names = plan.indicators.drop_duplicates("indicator_code").set_index("indicator_code")
    for asked, rows in table.groupby("year"):
        counts = rows["state"].map(STATES_VI).value_counts()
        console.print(f"{asked}: " + ", ".join(f"{n} {state}" for state, n in counts.items()))
        if not year and asked < table["year"].max():
            continue
        shown = Table(*messages.STATUS_COLUMNS, title=str(asked))
        for row in rows.fillna("").to_dict("records"):
            day = "/".join(reversed(row["received_on"].split("-")))
            owed = [names.loc[c, "short_name_vi"] for c in split_codes(row["missing_indicators"])]
            some = [*owed[:3], *(["…"] if owed[3:] else [])] if row["n_files"] else []
            told = messages.STATUS_MISSING.format(n=len(owed), names="; ".join(some)).rstrip(": ")
            mark = f" ({messages.DATA_KIND['sample']})" if row["n_sample"] else ""
            state = STATES_VI[row["state"]] + mark
            shown.add_row(row["name_vi"], state, day, told if owed else "")
        console.print(shown)
    if not year and table["year"].nunique() > 1:
        console.print(messages.STATUS_YEARS)
    whole = found.rejects[found.rejects["cell"].isna() & found.rejects["sheet"].isna()]
    if len(whole):
        console.print(messages.STATUS_REFUSED.format(n=len(whole)))
    for row in whole.to_dict("records"):
        console.print(_printable(f"  {row['file']}: {row['remedy']}"), markup=False)


def _told(path: Path, checked: Checked) -> Iterator[str]:
    """What one file gave, which columns were left out, and its problems by column."""
    about, problems = checked.submission, checked.problems
    about = {
        name: value if value == value and value is not None else "–"
        for name, value in about.items()
    }
    left_out = checked.left_out
    yield messages.CHECK_TITLE.format(**about | {"file": path.name}, columns=len(left_out))
    parts = left_out["message"].str.extract(r"“(?P<head>.*)”.*: (?P<why>[^:]+)\.$")
    heads = "«" + parts["head"] + "» (" + left_out["cell"].fillna("") + ")"
    for why, rows in heads.groupby(parts["why"], sort=False):
        yield messages.CHECK_COLUMNS.format(why=why, heads=", ".join(rows))
    if problems.empty:
        yield messages.CHECK_CLEAN if about["n_panel"] else messages.CHECK_NOTHING
        return
    yield messages.CHECK_PROBLEMS.format(n=len(problems))
    column = problems["cell"].str.extract(r"^([A-Z]+)\d+$")[0].fillna("")
    alone = problems["message"].where(problems["cell"].isna(), "")
    keys = [problems["kind"], problems["sheet"].fillna(""), column, problems["rule"], alone]
    for (kind, sheet, letter, rule, _), rows in problems.groupby(keys, sort=False):
        cells = rows["cell"].dropna().tolist()
        where = "cell" if sheet and cells else "line" if cells else "sheet" if sheet else "file"
        where += "s" if len(cells) > 1 else ""
        some = ", ".join(cells[:MOST_SHOWN]) + (" …" if cells[MOST_SHOWN:] else "")
        given = {"sheet": sheet, "cell": some, "column": letter, "n": len(cells)}
        raw = rows["raw"].drop_duplicates()
        yield messages.CHECK_LINE.format(
            kind_vi=messages.KINDS[kind],
            place=messages.CHECK_PLACES[where].format(**given),
            value=f": «{raw.iloc[0]}»" if len(raw) == 1 and raw.notna().all() else "",
            rule=rule,
        )
        told = rows.drop_duplicates("message")
        for row in told.head(MOST_SHOWN).to_dict("records"):
            mark = f"{row['cell']}: " if len(told) > 1 else ""
            yield f"      {mark}{row['message']}"
        if len(told) > MOST_SHOWN:
            yield messages.CHECK_MORE.format(n=len(told) - MOST_SHOWN)


def _printable(text: str) -> str:
    """``text`` without characters that a terminal obeys: a file may bear any name and any cell."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def today() -> str:
    """Today's date in Vietnam."""
    return (datetime.now(UTC) + timedelta(hours=7)).date().isoformat()


COMMANDS = (template, check, correct, status)
