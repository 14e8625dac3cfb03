"""Give a submission back: what is wrong cell by cell, and the list of repairs people fill in.

Rows filled in on the list's sheet `SHEET` become lines of config/corrections.csv.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from xhht_analysis import files, store
from xhht_analysis.intake import panel_build
from xhht_analysis.intake.gathering import SAMPLE_FOLDER, Plan, gather, received_files
from xhht_analysis.intake.judging import cleaning
from xhht_analysis.intake.judging.corrections import apply_corrections, numbers
from xhht_analysis.intake.judging.impossible import (
    FIELDS,
    HEAD_RULES,
    number_text,
)
from xhht_analysis.intake.reading.delivery import read_files, relative_name
from xhht_analysis.intake.reading.sheets import Sheet
from xhht_analysis.intake.reading.text import fold
from xhht_analysis.intake.returning.book import open_book
from xhht_analysis.plan.config_tables import CONFIG_TABLES, read_config
from xhht_analysis.project import KitError, is_date
from xhht_analysis.remedies import remedy

SHEET = "Đề nghị sửa"
CORRECTIONS = CONFIG_TABLES["corrections"]
PLACE = list(CORRECTIONS.key)
WHY = ["reason", "source", "decided_by"]
PROBLEM_COLUMNS = ["kind", "file", "sheet", "cell", "raw", "rule", "message"]
OF_FILE = ("rejects", "findings")
"""Tables whose rows of a file say what is wrong with it."""
READABLE = ["n_panel", "n_superseded", "n_duplicate"]
"""Counts of the figures that could be used, one that was received twice among them."""
OF_YEAR = ("year_missing", "not_year", "year_range", "year_after_receipt", "district_ended")
NOT_READ = ("_left_out", "_not_recognised")
"""Ends of the rules about figures that did not enter."""
OF_PLACE = (*HEAD_RULES, "indicator_unknown", "indicator_disagrees")
"""Rules about what, whose or when a figure is: no number can mend them."""
YEAR_BEHIND = (
    "Biểu ghi năm {year}; lúc này đang chờ số liệu năm {expected}. Nếu là biểu năm nay thì sửa ô "
    "Năm; nếu gửi lại số liệu năm cũ thì giữ nguyên."
)
HEADINGS = {
    "file": ("Tệp", 34),
    "sheet": ("Trang tính", 12),
    "cell": ("Ô", 7),
    "raw": ("Giá trị đã gửi", 16),
    "rule": ("Quy tắc", 20),
    "message": ("Vấn đề và cách sửa", 60),
    "action": ("Cách xử lý", 12),
    "value": ("Giá trị đúng", 14),
    "reason": ("Lý do", 30),
    "source": ("Nguồn, văn bản", 30),
    "decided_by": ("Người quyết định", 20),
}
HEAD_ROW = 2
"""Row of the headings, counted from 0; a title and a line on how to fill in stand above."""
ACTIONS = {"sửa": "override", "bỏ": "drop", "nhân với": "scale"}


@dataclass(frozen=True)
class Checked:
    """What one submission says by itself.

    ``problems`` has one row per fault (`PROBLEM_COLUMNS`), rejects before findings; ``kind`` is
    reject, finding, or left_out where a figure or table was not read. ``unread_columns`` has the
    findings about columns that hold numbers and are not read. ``submission`` is the file's row of
    `contracts.SUBMISSIONS` with ``n_read``; of a file of several units ``sender_name`` says how
    many.
    """

    problems: pd.DataFrame
    unread_columns: pd.DataFrame
    submission: dict[str, Any]


def read_submissions(paths: Iterable[Path], plan: Plan, *, as_of: str) -> Iterator[Checked]:
    """Read files and judge them together, as a run does; what needs all units is not asked.

    Parameters
    ----------
    paths : iterable of Path
        The files. The nearest folder named as a day tells the day of receipt, and the file's name
        starts with it, as in every table; any other file counts as received on ``as_of``.
    plan : gathering.Plan
        The plan's tables.

    Yields
    ------
    Checked
        One per path, in order; no problem when nothing is wrong.
    """
    together = groupby(paths, lambda path: (_place(path, as_of)[0], SAMPLE_FOLDER in path.parts))
    for (root, is_learning), group in together:
        dated = [(path, _place(path, as_of)[1]) for path in group]
        day = max(day for _, day in dated)
        gathered = gather(dated, root, day, plan, sample=is_learning)
        tables = panel_build.build_tables(gathered, plan, day)
        parts = [gathered.claims, *(tables[name] for name in OF_FILE)]
        for about in tables["submissions"].to_dict("records"):
            of_file = (part[part["file"].eq(about["file"])] for part in parts)
            yield _checked(*of_file, about)


def _checked(
    claims: pd.DataFrame,
    rejects: pd.DataFrame,
    findings: pd.DataFrame,
    about: dict[str, Any],
) -> Checked:
    """What the rows of one file in these tables say about it."""
    rejects = rejects.rename(columns={"remedy": "message"}).assign(kind="reject")
    findings = findings.assign(kind="finding")
    left_out = findings["rule"].eq("column_left_out")
    columns, findings = findings[left_out], findings[~left_out]
    year, expected = about["year"], cleaning.awaited_year(about["received_on"])
    if len(claims.dropna(subset="indicator_code")) and pd.notna(year) and year < expected:
        text = YEAR_BEHIND.format(year=year, expected=expected)
        behind = {"file": about["file"], "rule": "year_behind", "message": text, "kind": "finding"}
        findings = pd.concat([pd.DataFrame([behind]), findings])
    n_units = claims.loc[claims["problem"].isna(), "unit_code"].nunique()
    summary = about | {"n_read": sum(about[name] for name in READABLE)}
    if pd.isna(about["sender_name"]) and n_units > 1:
        summary["sender_name"] = f"{n_units} đơn vị"
    return Checked(_listed(rejects, findings, claims), columns, summary)


def _listed(rejects: pd.DataFrame, findings: pd.DataFrame, claims: pd.DataFrame) -> pd.DataFrame:
    """Problems of `Checked`."""
    problems = pd.concat([rejects, findings]).reindex(columns=PROBLEM_COLUMNS)
    problems = problems.drop_duplicates(ignore_index=True).astype("str")
    places = zip(problems["sheet"].fillna(""), problems["cell"].fillna("?"), strict=True)
    asked = pd.Series([*places], problems.index, dtype="object")
    refused = asked[problems["kind"].eq("reject")]
    # FileReader.observe writes a further fault of a refused row as a finding with its remedy's text
    is_reject = problems["message"].eq(problems["rule"].map(remedy))
    kind = problems["kind"].mask(is_reject | asked.isin(refused), "reject")
    kind = kind.mask(problems["rule"].str.endswith(NOT_READ), "left_out")
    typed = asked.map(_figures_by_cell(claims).get).astype("str")
    return problems.assign(kind=kind, raw=problems["raw"].fillna(typed))


def _figures_by_cell(claims: pd.DataFrame) -> dict[tuple[str, str], str]:
    """What stands in the cells of figures, by sheet and cell."""
    texts = {}
    for field in FIELDS:
        typed = claims[field].map(number_text)
        typed = typed.where(typed.ne(""), claims.get(f"raw_{field}"))
        places = zip(claims["sheet"].fillna(""), claims[f"cell_{field}"], strict=True)
        texts |= dict(zip(places, typed, strict=True))
    return texts


def _place(path: Path, as_of: str) -> tuple[Path, str]:
    """Folder that the file's name is relative to, and its day of receipt."""
    day = next((folder for folder in path.parents if is_date(folder.name)), None)
    return (day.parent, day.name) if day else (path.parent, as_of)


def write_repair_list(problems: pd.DataFrame, target: Path) -> Path:
    """Write ``problems`` (of `Checked`) to ``target``: one row each, with columns to fill in."""
    with open_book(target) as book:
        sheet = book.sheet(SHEET, [width for _, width in HEADINGS.values()])
        book.put(sheet, 0, 0, "DANH SÁCH ĐỀ NGHỊ SỬA", "title")
        how = (
            "Sửa thẳng trong tệp rồi gửi lại; hoặc ghi cách xử lý, giá trị đúng, lý do và nguồn "
            f"(chỉ với ô số liệu của chỉ tiêu). Cách xử lý: {', '.join(ACTIONS)}."
        )
        book.put(sheet, 1, 0, how, "plain")
        book.header(sheet, HEAD_ROW, HEADINGS)
        for row, problem in enumerate(problems.to_dict("records"), start=HEAD_ROW + 1):
            style = "wrong" if problem["kind"] == "reject" else "doubt"
            for column, name in enumerate(HEADINGS):
                look = style if name in problem else "entry"
                book.put(sheet, row, column, problem.get(name), look)
    return target


def read_repairs(path: Path, *, decided_on: str) -> pd.DataFrame:
    """Lines of corrections.csv from the rows of sheet `SHEET` that someone filled in.

    Returns
    -------
    DataFrame
        `corrections.CORRECTIONS`; ``expect`` is what the cell held when the list was made.

    Raises
    ------
    KitError
        If the sheet is not there, or a filled row lacks its value, reason, source or the person
        who decided.
    """
    (content,) = read_files([path], path.parent, jobs=1)
    sheet = next((sheet for sheet in content.sheets if sheet.name == SHEET), Sheet(SHEET))
    names = {title: name for name, (title, _) in HEADINGS.items()}
    titles = [names.get(sheet.text(HEAD_ROW, column)) for column in range(sheet.n_columns)]
    if not set(HEADINGS) <= set(titles):
        raise KitError(f"{path.name}: không thấy bảng «{SHEET}» (tạo bằng xhht check --excel).")
    lines, faults = [], {}
    for row in range(HEAD_ROW + 1, sheet.n_rows):
        line: dict[Any, Any] = {
            name: sheet.text(row, column).strip() for column, name in enumerate(titles)
        }
        if typed := line["action"]:
            line["action"] = {fold(word): name for word, name in ACTIONS.items()}.get(fold(typed))
            line["value"] = [None, *numbers(sheet.cell(row, titles.index("value")))][-1]
            lines.append(line | {"expect": line["raw"], "decided_on": decided_on})
            if fault := _fault(line, typed):
                faults.setdefault(fault, []).append(str(row + 1))
    if faults:
        each = (f"dòng {', '.join(rows)}: {fault}" for fault, rows in faults.items())
        raise KitError(f"{path.name}, trang {SHEET}: " + "; ".join(each) + ".")
    return pd.DataFrame(lines, columns=list(CORRECTIONS.columns)).astype(CORRECTIONS.dtypes)


def _fault(line: dict[Any, Any], typed: str) -> str | None:
    """What keeps a row of the list from being a correction; ``typed`` is the person's action."""
    is_drop, rule = line["action"] == "drop", line["rule"]
    faults = {
        f"cách xử lý «{typed}» không có trong {', '.join(ACTIONS)}": not line["action"],
        "thiếu lý do, nguồn hoặc người quyết định": not all(map(line.get, WHY)),
        "tệp chưa nằm trong thư mục ngày nhận; chép vào đó rồi kiểm tra lại": "/"
        not in line["file"],
        "tệp bị loại cả tệp, không sửa từng ô được": not line["cell"],
        "sai đơn vị, chỉ tiêu hoặc năm: sửa trong tệp rồi gửi lại": rule in OF_PLACE
        and not (is_drop and rule not in OF_YEAR),
        "thiếu giá trị đúng": line["value"] is None and not is_drop,
    }
    return next((fault for fault, is_there in faults.items() if is_there), None)


def check_corrections(lines: pd.DataFrame, raw_dir: Path, plan: Plan) -> None:
    """Apply ``lines`` to the files that they name, as a run would.

    Raises
    ------
    KitError
        For the first line that a run would stop at, or that names a file not received.
    """
    names = {*lines["file"]}
    found = {relative_name(path, raw_dir): (path, day) for path, day in received_files(raw_dir)}
    for name in sorted(names - found.keys()):
        raise KitError(f"{name}: không có tệp này trong {raw_dir}; sửa tên ở cột Tệp.")
    received = [about for name, about in found.items() if name in names]
    is_learning = SAMPLE_FOLDER in raw_dir.parts
    claims = gather(received, raw_dir, "", plan, 1, sample=is_learning).claims
    apply_corrections(claims, lines)


def add_corrections(lines: pd.DataFrame, config_dir: Path) -> int:
    """Append to config/corrections.csv those of ``lines`` that are not there; how many these are.

    Raises
    ------
    KitError
        If another correction of the same cell is there already.
    """
    path, existing = config_dir / "corrections.csv", read_config("corrections", config_dir)
    rows = pd.concat([existing, lines]).drop_duplicates([*PLACE, "action", "value"])
    for row in rows[rows.duplicated(PLACE)].itertuples():
        raise KitError(
            f"{path}: đã có đính chính khác cho {row.file}, ô {row.cell}; muốn đổi thì sửa dòng ấy."
        )
    texts = rows[CORRECTIONS.text_columns].apply(store.harmless)
    files.write_text(path, rows.assign(**texts).to_csv(index=False, lineterminator="\n"))
    return len(rows) - len(existing)
