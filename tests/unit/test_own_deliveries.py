"""Files in encodings from before Unicode, and binary workbooks, from the folder to the panel."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.form_fixtures import Board, write_xlsx
from tests.odd_files import HEAD, write_xlsb
from tests.unit.test_text import LOWER, TCVN3_BYTES, VNI_PAIRS, windows_1258
from xhht_analysis.intake import run_intake

pytestmark = pytest.mark.unit

TITLE = ("Đơn vị", *HEAD[1:])
ROWS = [
    ("Xã Tân Phú", 2026, "clc_it", 310, 400),
    ("Phường Mỹ Tho", 2026, "clc_it", 1250, 2500),
    ("Xã Cái Bè", 2026, "clc_it", 35, 140),
]
EXPECTED = {(310.0, 400.0, 77.5), (1250.0, 2500.0, 50.0), (35.0, 140.0, 25.0)}


def vni(text: str) -> str:
    """Text as a VNI font shows it on Windows."""
    capitals = {c.upper(): VNI_PAIRS[c].upper() for c in LOWER if c.upper() != c}
    return "".join((VNI_PAIRS | capitals).get(c, c) for c in text)


def tcvn3(text: str) -> str:
    """Text as a .VnTime font shows it."""
    return "".join(chr(TCVN3_BYTES[c]) if c in TCVN3_BYTES else c for c in text)


def table(convert, sep: str = ";") -> str:
    lines = [sep.join(map(str, (*row, ""))) for row in ROWS]
    return convert("\n".join([sep.join(TITLE), *lines]) + "\n")


def of_csv(path: Path, encoding: str) -> None:
    data = {
        "vni": lambda: table(vni).encode("cp1252"),
        "tcvn3": lambda: table(tcvn3).encode("latin-1"),
        "cp1258": lambda: windows_1258(table(str)),
        "utf-16": lambda: table(str).encode("utf-16"),
    }[encoding]()
    path.with_suffix(".csv").write_bytes(data)


def of_xlsx(path: Path, encoding: str) -> None:
    convert, font = {"vni": (vni, "VNI-Times"), "tcvn3": (tcvn3, ".VnTime")}[encoding]
    board = Board("Soá lieäu")
    for r, row in enumerate([TITLE, *ROWS], start=1):
        board.row(f"A{r}", [convert(v) if isinstance(v, str) else v for v in row])
        board.formats |= {(r - 1, c): {"font_name": font} for c in range(2)}
    write_xlsx(path.with_suffix(".xlsx"), board)


def of_xlsb(path: Path, encoding: str) -> None:
    convert = {"vni": vni, "tcvn3": tcvn3, "utf-16": str}[encoding]
    rows = [[convert(v) if isinstance(v, str) else v for v in row] for row in (TITLE, *ROWS)]
    write_xlsb(path.with_suffix(".xlsb"), rows)


@pytest.mark.cases(3)
@pytest.mark.parametrize(
    ("write", "encoding"),
    [
        *((of_csv, name) for name in ("vni", "tcvn3", "cp1258", "utf-16")),
        *((of_xlsx, name) for name in ("vni", "tcvn3")),
        *((of_xlsb, name) for name in ("vni", "tcvn3", "utf-16")),
    ],
)
def test_a_delivery_in_an_old_encoding_reaches_the_panel(tmp_path, write, encoding):
    folder = tmp_path / "2026-11-20"
    folder.mkdir()
    write(folder / "biểu", encoding)
    result = run_intake(tmp_path, jobs=1)
    panel = result.panel[["numerator", "denominator", "value"]]
    assert set(panel.itertuples(index=False, name=None)) == EXPECTED
    assert result.rejects.empty
    assert result.account["panel"] == len(ROWS)


@pytest.mark.cases(3)
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("encoding", ["vni", "tcvn3"])
def test_a_sheet_half_in_unicode_is_read_alike_in_every_process(
    tmp_path, monkeypatch, encoding, seed
):
    monkeypatch.setenv("PYTHONHASHSEED", str(seed))  # of the process that reads the file
    folder = tmp_path / "2026-11-20"
    folder.mkdir()
    of_xlsb(folder / "biểu", encoding)
    result = run_intake(tmp_path, jobs=1)
    assert sorted(result.panel["value"]) == [25.0, 50.0, 77.5]
