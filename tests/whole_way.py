"""The whole way on a small folder without kernels: every notebook's own cells, then the pages.

Papermill, staging and publication have tests of their own; here only the data can break.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import nbformat

from tests import report_maker
from xhht_analysis.project import Project
from xhht_analysis.publishing import site, workbook
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.run_tables import read_report_data

STAGES = ("01_intake", "02_backtest", "03_forecast", "04_figures", "05_committee_report")


def run_cells(name: str, **parameters) -> tuple[dict, list]:
    """Names and displayed objects of a notebook after all its cells ran with ``parameters``."""
    import IPython.display
    import matplotlib.pyplot as plt

    nb = nbformat.read(Project().notebooks_dir / f"{name}.ipynb", as_version=4)
    names, displayed = {}, []
    shown = IPython.display.display
    IPython.display.display = lambda *objects, **_: displayed.extend(objects)
    try:
        for cell in (c for c in nb.cells if c.cell_type == "code"):
            exec(compile(cell.source, name, "exec"), names)
            if "parameters" in cell.metadata.get("tags", []):
                names |= parameters
    finally:
        IPython.display.display = shown
        plt.close("all")
    return names, displayed


def walk(raw: Path, out: Path, as_of: str = "", stages=STAGES) -> dict[str, tuple[dict, list]]:
    """Run every stage on ``raw``, write the documents; give names and outputs by stage."""
    done = {}
    tables, figures = str(out / "processed"), str(out / "figures")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        for name in stages:
            own = {"processed_dir": tables}
            if name < "04":
                own |= {"output_dir": tables}
            if name == "01_intake":
                own |= {"raw_dir": str(raw), "as_of": as_of, "sample": False}
            if name == "03_forecast":
                own |= {"as_of": done["01_intake"][0]["intake"].as_of, "n_draws": 200}
            if name == "04_figures":
                own |= {"figures_dir": figures}
            done[name] = run_cells(name, **own)
    if "05_committee_report" in done:
        blocks = [one for one in done["05_committee_report"][1] if isinstance(one, Block)]
        _write_documents(blocks, out)
    return done


def _write_documents(blocks: list[Block], out: Path) -> None:
    executed = report_maker.executed(blocks, out / "05_committee_report.ipynb")
    run = read_report_data(out / "processed")
    workbook.write_annex(run, out / "annex.xlsx")
    report_maker.export_html(executed, out / "report.html")
    report_maker.export_docx(executed, out / "report.docx")
    drawn = gallery.pictures(run, out / "figures")
    site.write_indicator_pages(run, out / "indicators", drawn)
