"""The report of an invented run as an executed notebook, without a kernel: for document tests."""

from pathlib import Path

import nbformat
import pandas as pd

from tests import frames
from xhht_analysis.publishing import documents, report, word
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.labels import Labels
from xhht_analysis.publishing.report_data import ReportData


def parts(
    material: ReportData, variant: str = "annual", *, figures: bool = True
) -> dict[str, list]:
    """Blocks of the three documents in the order of notebook 05."""
    drawn = gallery.pictures(material) if figures else lambda *names: []
    return {
        "brief": report.brief(material),
        "report": report.report(material, variant, drawn),
        "annex": report.annex(material, drawn),
    }


def tables(blocks: list, caption: str) -> list[dict]:
    """Contents of the tables whose caption holds these words."""
    return [b.content for b in blocks if caption in b.content.get("caption", "")]


def sections(material: ReportData, variant: str = "annual", *, figures: bool = True) -> list:
    """Blocks of all three documents."""
    return [b for blocks in parts(material, variant, figures=figures).values() for b in blocks]


def executed(blocks: list | dict[str, list], path: Path) -> Path:
    """Write blocks as the outputs of one executed cell, or of one tagged cell per document."""
    cells = []
    for tag, some in (blocks if isinstance(blocks, dict) else {"report": blocks}).items():
        cell = nbformat.v4.new_code_cell("display()", execution_count=1, metadata={"tags": [tag]})
        for block in some:
            data, metadata = block._repr_mimebundle_()
            output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
            cell.outputs.append(output)
        cells.append(cell)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def export_html(notebook: Path, out: Path, part: str = "report", *, outline: bool = False) -> Path:
    """One part of an executed notebook as a page."""
    blocks = documents.read_executed(notebook, Labels(), part, outline=outline)
    return documents.write_page(blocks, out, Labels())


def export_docx(notebook: Path, out: Path, part: str = "report", *, outline: bool = False) -> Path:
    """One part of an executed notebook as a Word file."""
    blocks = documents.read_executed(notebook, Labels(), part, outline=outline)
    return word.write_docx(blocks, out, Labels(), part)


def hostile(text: str = "<script>alert('x')</script> \"$tên$\" & ") -> ReportData:
    """A run whose unit names, notes and cells try to break out of the page."""
    base = frames.make_material()
    units = base.units.copy()
    units["short_name"] = [f"{text}{code} " + "rất dài " * 12 for code in units["unit_code"]]
    units["name_vi"] = units["short_name"]
    tables = {}
    for name, column in (("activities", "difficulty"), ("findings", "message")):
        tables[name] = getattr(base, name).assign(**{column: f"{text}**đậm**"})
    return frames.make_material(units=units, **tables)


def many_units(n: int = 60) -> ReportData:
    """A run of ``n`` districts, each a copy of the first under a code and name of its own."""
    base = frames.make_material()
    codes = [str(900 + i) for i in range(n)]
    units = pd.DataFrame({"unit_code": codes, "name_vi": [f"Huyện Số {i}" for i in range(n)],
                          "short_name": [f"H. Số {i}" for i in range(n)], "level": "district",
                          "district_code": codes})  # fmt: skip
    province = base.units[base.units["unit_code"] == "82"]
    made = {"units": pd.concat([province, units], ignore_index=True)}
    for name in ("panel", "verdicts", "forecasts"):
        table = getattr(base, name)
        one, rest = table[table["unit_code"] == "815"], table[table["unit_code"] == "82"]
        copies = [one.assign(unit_code=code) for code in codes]
        made[name] = pd.concat([rest, *copies], ignore_index=True)
    return frames.make_material(**made)
