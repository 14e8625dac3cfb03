"""Small deliveries and hand-made claims for tests of the intake.

Workbooks are the kit's own template for few units; claims are frames as reading gives them, with
made-up cells: numerator D, denominator E, value F, level G of the row.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook

from tests.filled_template import write_filled
from xhht_analysis.contracts import ACTIVITIES
from xhht_analysis.intake import IntakeResult, gathering, panel_build, run_intake
from xhht_analysis.intake.forms import recognise
from xhht_analysis.intake.judging import impossible
from xhht_analysis.plan.config_tables import CONFIG_TABLES
from xhht_analysis.project import Project

CELL = {"numerator": "D", "denominator": "E", "value": "F", "level": "G"}
GO_CONG_TAY = "823"


@cache
def plan() -> gathering.Plan:
    return gathering.Plan.read(Project().config_dir)


def communes_of(district_code: str, on: str) -> list[str]:
    """Codes of the communes of a district on ``on``; after the reform, of its former area."""
    homes = plan().areas.parents(on)
    return sorted(code for code, home in homes.items() if home == district_code)


def claims(*rows: dict) -> pd.DataFrame:
    """Claims with a district's share of 2023 unless a row says otherwise."""
    usual = {"indicator_code": "life_skills", "unit_code": "823", "year": 2023, "status": "ok"}
    usual |= {"received_on": "2023-11-20", "file": "2023-11-20/a.xlsx", "sheet": "Số liệu"}
    filled = []
    for number, row in enumerate(rows):
        row = usual | row
        own = {f"cell_{f}": f"{c}{number + 9}" for f, c in CELL.items() if row.get(f) is not None}
        base = {"source_id": f"s{number}", "cell": f"D{number + 9}", "original": row["file"]}
        filled.append(base | own | _placed(row) | row)
    return gathering.complete_claims(recognise.observation_frame(filled), plan())


def _placed(row: dict) -> dict:
    """Frame and definition, as reading a form finds them."""
    day = min(row.get("snapshot_date") or f"{row['year']}-12-31", row["received_on"])
    variants = plan().indicators.set_index("indicator_code")["definition_variant"]
    areas, unit = plan().areas, row["unit_code"]
    wide = unit in {areas.province.code, *areas.districts()["unit_code"]}
    frame = areas.province.frame if wide else areas.province.frame_on(day)
    return {"frame": unit and frame, "definition_variant": variants.get(row["indicator_code"])}


def correction_lines(*rows: dict) -> pd.DataFrame:
    """Lines of config/corrections.csv as `config_tables.read_config` gives them."""
    table = CONFIG_TABLES["corrections"]
    frame = pd.DataFrame(rows, columns=list(table.columns)).astype(table.dtypes)
    return frame.fillna(dict.fromkeys(table.text_columns, ""))


def judged(*rows: dict) -> pd.DataFrame:
    """Claims with their outcome, without corrections."""
    frame = claims(*rows)
    frame = impossible.mark_impossible(frame, plan())
    from xhht_analysis.intake.judging.cleaning import settle

    return settle(impossible.refuse_whole_files(frame)).sort_values("order")


def settled(*rows: dict, as_of: str = "2026-11-20") -> dict:
    """All tables of the stage from hand-made claims, without findings of the reader."""
    frame = claims(*rows)
    files = frame.drop_duplicates("file")[["file", "received_on"]].reset_index(drop=True)
    files = files.assign(sender="823", sender_name=None, year=2023, forms=None, is_sample=False)
    gathered = gathering.Gathered(frame, files.assign(sha256="-"), [], ACTIVITIES.empty())
    return panel_build.build_tables(gathered, plan(), as_of)


def write_unit(
    path: Path,
    shares: dict[str, tuple],
    *,
    unit: str = GO_CONG_TAY,
    year: int = 2023,
    only: list[str] | None = None,
    **more,
) -> Path:
    """Template of one unit with the given shares (numerator, denominator) and no tasks."""
    rows = [
        {"indicator_code": code, "numerator": counts[0], "denominator": counts[1]}
        for code, counts in shares.items()
    ]
    return write_filled(
        path,
        unit_code=unit,
        year=year,
        areas=plan().areas,
        indicators=plan().indicators if only is None else _some(only),
        tasks=plan().tasks.iloc[:0],
        agencies=plan().agencies,
        values=pd.DataFrame(rows),
        **more,
    )


def _some(codes: list[str]) -> pd.DataFrame:
    table = plan().indicators
    return table[table["indicator_code"].isin(codes)]


def cell_of(path: Path, indicator: str, column: str) -> str:
    """Cell of an indicator in a column of sheet Số liệu, found with another library."""
    sheet = load_workbook(path)["Số liệu"]
    return next(f"{column}{c.row}" for c in sheet["A"] if c.value == indicator)


def type_over(path: Path, cell: str, value: object, sheet: str = "Số liệu") -> None:
    """Type ``value`` into a cell, as a person would."""
    book = load_workbook(path)
    book[sheet][cell] = value
    book.save(path)


def intake(raw: Path, **more) -> IntakeResult:
    """Run the stage on a small folder."""
    return run_intake(raw, jobs=1, **more)
