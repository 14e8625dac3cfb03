"""Type something else into one cell of a finished .xlsx, as a hand would, without a library.

Used for the defects of the sample: the rest of the workbook stays byte for byte what it was.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class Recalculated(NamedTuple):
    """New result of a formula that stays, as Excel stores it after a change."""

    value: float


def patch(path: Path, changes: Mapping[str, Mapping[str, object]]) -> None:
    """Replace cells: sheet name to cell name to value (text, number, bool, or None for empty).

    Raises
    ------
    LookupError
        If the sheet has no such cell; a defect that lands nowhere would prove nothing.
    """
    with zipfile.ZipFile(path) as package:
        parts = [(info.filename, package.read(info)) for info in package.infolist()]
    names = sheet_parts(dict(parts))
    texts = {part: data.decode("utf-8") for part, data in parts if part in names.values()}
    for sheet, cells in changes.items():
        for cell, value in cells.items():
            texts[names[sheet]] = _replace(texts[names[sheet]], cell, value, f"{path.name}!{sheet}")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for part, data in parts:
            data = texts[part].encode("utf-8") if part in texts else data
            package.writestr(zipfile.ZipInfo(part, ZIP_DATE), data, zipfile.ZIP_DEFLATED, 9)


def slim(path: Path) -> None:
    """Drop the comments and the theme, as an export from another program does: a third smaller."""
    with zipfile.ZipFile(path) as package:
        parts = [(info.filename, package.read(info)) for info in package.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as package:
        for part, data in parts:
            if re.search(r"comments|drawing|theme|worksheets/_rels", part):
                continue
            if part.endswith((".xml", ".rels")):
                text = data.decode("utf-8")
                text = re.sub(r'<Override PartName="/xl/(comments|theme)[^>]*/>', "", text)
                text = re.sub(r'<Relationship Id="[^"]*" Type="[^"]*/theme"[^>]*/>', "", text)
                data = re.sub(r"<legacyDrawing [^>]*/>", "", text).encode("utf-8")
            package.writestr(zipfile.ZipInfo(part, ZIP_DATE), data, zipfile.ZIP_DEFLATED, 9)


def unpacked(path: Path) -> dict[str, bytes]:
    """Content of a file by part, free of how a zip library of this machine packs it."""
    if path.suffix == ".xlsx" and zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as package:
            return {name: package.read(name) for name in package.namelist()}
    return {"": path.read_bytes()}


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Part name of each sheet, in the order of the workbook."""
    book = parts["xl/workbook.xml"].decode("utf-8")
    names = re.findall(r'<sheet name="([^"]*)"', book)
    return {name: f"xl/worksheets/sheet{i}.xml" for i, name in enumerate(names, start=1)}


def _replace(text: str, cell: str, value: object, where: str) -> str:
    pattern = re.compile(rf'<c r="{cell}"([^>]*?)(?:/>|>.*?</c>)')
    found = pattern.search(text)
    if found is None:
        raise LookupError(f"{where}: no cell {cell}")
    style = re.search(r's="\d+"', found[1])
    head = f'<c r="{cell}"' + (f" {style[0]}" if style else "")
    if isinstance(value, Recalculated):
        new = re.sub(r"<v>.*?</v>", f"<v>{value.value!r}</v>", found[0])
    elif value is None:
        new = f"{head}/>"
    elif isinstance(value, bool):
        new = f'{head} t="b"><v>{int(value)}</v></c>'
    elif isinstance(value, str) and value.startswith("#"):
        new = f'{head} t="e"><v>{value}</v></c>'
    elif isinstance(value, str):
        new = f'{head} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    else:
        new = f"{head}><v>{value!r}</v></c>"
    return text[: found.start()] + new + text[found.end() :]
