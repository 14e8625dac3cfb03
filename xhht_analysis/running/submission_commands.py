"""Commands between the Sở and the offices: template, check, correct, status."""

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xhht_analysis.parameters import accept
from xhht_analysis.project import ROOT, KitError, Project, UsageError
from xhht_analysis.running import messages
from xhht_analysis.running.run_commands import (
    check_config,
    choose_day,
    today,
)
from xhht_analysis.running.terminal import say, show_refused, show_table

if TYPE_CHECKING:
    import pandas as pd

    from xhht_analysis.intake.returning.returns import Checked
    from xhht_analysis.plan.province import Province

MOST_SHOWN = 3
"""Names that a list on the terminal begins with; how many there are stands behind them."""


def template(
    *,
    year: int,
    reporter: str | None = None,
    everyone: bool = False,
    out: Path = ROOT,
) -> None:
    """Lập biểu mẫu cho đơn vị, cơ quan điền, hoặc cả bộ của một năm."""
    from xhht_analysis.intake.returning.book import open_book
    from xhht_analysis.intake.returning.status import expected_reporters
    from xhht_analysis.intake.returning.template import write_template

    if bool(reporter) == everyone:
        raise UsageError(messages.UNIT_OR_AGENCY)
    project = Project(out=out)
    plan = check_config(project)
    _check_years([year], plan.areas.province)
    codes = expected_reporters(year, plan)["reporter_code"] if everyone else [reporter]
    folder = project.out / "templates"
    paths = {code: folder / f"bieu_mau_{code}_{year}.xlsx" for code in codes}
    absent = {code: path for code, path in paths.items() if not path.exists()}
    try:
        for code, path in absent.items():
            with open_book(path) as book:
                write_template(book, code, year, plan)
    except ValueError as error:
        raise UsageError(str(error)) from None
    say(messages.TEMPLATES.format(n=len(absent), old=len(paths) - len(absent), path=folder))


def check(
    submissions: list[Path],
    *,
    excel: bool = False,
    as_of: str | None = None,
    out: Path = ROOT,
) -> None:
    """Xem tệp nộp sai ở ô nào, vì sao, sửa thế nào."""
    from xhht_analysis.intake.reading.delivery import find_files
    from xhht_analysis.intake.returning import returns

    project = Project(out=out)
    plan, day = check_config(project), accept("as_of", as_of or today(), "str")
    paths = [
        path.parent.resolve() / path.name
        for place in submissions
        for path in (find_files(place) if place.is_dir() else [place])
    ]
    if not paths:
        raise KitError(messages.NO_FILES.format(path=", ".join(map(str, submissions))))
    for checked in returns.read_submissions(paths, plan, as_of=day):
        for line in _lines(checked):
            say(line)
        if excel:
            stem = Path(checked.submission["file"]).stem
            target = free_path(project.out / "checks" / f"{stem}_de_nghi_sua.xlsx")
            say(f"  → {returns.write_repair_list(checked.problems, target)}")


def free_path(path: Path) -> Path:
    """``path``, or the first name numbered after it where nothing stands that was filled in."""
    numbered = (path.with_stem(f"{path.stem}_{number}") for number in itertools.count(2))
    return next(place for place in itertools.chain([path], numbered) if not place.exists())


def correct(file: Path, *, raw: Path | None = None) -> None:
    """Đưa các dòng đã điền ở trang «Đề nghị sửa» vào bảng đính chính.

    Bảng ấy là config/corrections.csv, hoặc của thư mục kế hoạch: xhht --config <nơi> correct …
    """
    from xhht_analysis.intake.judging.corrections import CorrectionError
    from xhht_analysis.intake.returning import returns

    project = Project()
    lines = returns.read_repairs(file.resolve(), decided_on=today())
    try:
        returns.check_corrections(lines, raw or project.raw_dir, check_config(project))
    except CorrectionError as error:
        raise KitError(messages.NOT_CORRECTED.format(error=error)) from None
    n = returns.add_corrections(lines, project.config_dir)
    say(messages.CORRECTED.format(n=n, old=len(lines) - n, path=project.config_dir))


def status(
    *,
    as_of: str | None = None,
    years: list[int] | None = None,
    sample: bool = False,
    raw: Path | None = None,
    out: Path = ROOT,
) -> None:
    """Ai đã nộp, ai trễ hạn, còn thiếu gì, theo các tệp đã nhận."""
    from xhht_analysis.intake import run_intake
    from xhht_analysis.intake.returning.status import submission_status

    project = Project(out=out)
    raw_dir = raw or project.submissions_dir(sample)
    received_by = choose_day(raw_dir, as_of)
    _check_years(years or [], check_config(project).areas.province)
    intake = run_intake(raw_dir, received_by, project.config_dir, sample=sample)
    say(messages.STATUS_FOLDER.format(path=raw_dir, n=len(intake.submissions)))
    if is_sample := bool(intake.submissions["is_sample"].any()):
        say(messages.SAMPLE_MARK)
    day = as_of or (received_by if is_sample else max(received_by, today()))
    table = submission_status(
        intake.submissions,
        intake.observations,
        intake.panel,
        intake.plan,
        as_of=day,
        years=years or [int(day[:4])],
    )
    _show_status(table, intake.plan.indicators)
    show_refused(intake.submissions, intake.activities, intake.rejects)


def _check_years(years: list[int], province: "Province") -> None:
    """Refuse a year that the plan does not have."""
    first, last = province.first_year, province.last_year
    for year in years:
        if not first <= year <= last:
            raise UsageError(messages.YEAR_OUTSIDE.format(year=year, first=first, last=last))


def _show_status(table: "pd.DataFrame", indicators: "pd.DataFrame") -> None:
    """Counts and reporters of each year; of who has sent no figure, not that all are missing."""
    from xhht_analysis.intake.returning.status import STATES_VI, WITH_FIGURES
    from xhht_analysis.plan.goals import split_codes

    names = dict(indicators[["indicator_code", "short_name_vi"]].to_numpy())
    for year, rows in table.fillna({"received_on": ""}).groupby("year"):
        counts = rows["state"].value_counts().items()
        say(f"{year}: " + ", ".join(f"{n} {STATES_VI[state]}" for state, n in counts))
        lines = []
        for row in rows.itertuples():
            day = "/".join(reversed(row.received_on.split("-")))
            codes = split_codes(row.missing_indicators) if row.state in WITH_FIGURES else ()
            owed = _first_few([names[code] for code in codes])
            lines.append((row.name_vi, STATES_VI[row.state], day, owed))
        show_table(messages.STATUS_COLUMNS, lines, str(year))


def _first_few(names: Sequence[str]) -> str:
    """The first `MOST_SHOWN` of ``names``, and how many there are if that is not all."""
    number = f" … ({len(names)})" if len(names) > MOST_SHOWN else ""
    return "; ".join(names[:MOST_SHOWN]) + number


def _lines(checked: "Checked") -> Iterator[str]:
    """What one file gave; then a line for its problems of one column under one rule."""
    import pandas as pd

    file = {name: "–" if pd.isna(value) else value for name, value in checked.submission.items()}
    columns = checked.unread_columns
    columns = columns[~columns["message"].str.endswith(tuple(messages.CHECK_NO_FIGURES))]
    problems = pd.concat([checked.problems, columns.assign(kind="left_out")])
    is_whole = problems[["sheet", "cell"]].isna().all(axis=1) & problems["kind"].eq("reject")
    is_refused = is_whole.any() and not file["n_read"]
    title = messages.CHECK_REFUSED if is_refused else messages.CHECK_TITLE
    yield title.format(**file, n_left_out=len(columns))
    if problems.empty and file["n_read"]:
        yield messages.CHECK_CLEAN
    column = problems["cell"].str.rstrip("0123456789").where(problems["kind"].ne("left_out"))
    column = column.fillna(problems["message"])  # what has no column stands alone
    keys = [problems["kind"], problems["sheet"].fillna(""), column, problems["rule"]]
    for (kind, sheet, _, rule), rows in problems.groupby(keys, sort=False):
        rows = rows.sort_values("cell", key=lambda cells: cells.str.zfill(9))  # D9 before D10
        cells, raw = rows["cell"].dropna().unique(), rows["raw"].iloc[0]
        word = messages.CHECK_PLACES["cell"] if len(cells) else ""
        yield messages.CHECK_LINE.format(
            kind=messages.KINDS[kind],
            place=f"{sheet} {word}{_first_few(cells)}".strip() or messages.CHECK_PLACES["file"],
            value="" if pd.isna(raw) else f" «{raw}»",
            rule=rule,
            message=rows["message"].iloc[0],
        )


COMMANDS = (template, check, correct, status)
