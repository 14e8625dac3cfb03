"""Pages beside the documents of a run, one per indicator, and the index of all runs.

They work from a file share and from any web server. The CSV beside the page of an indicator is the
panel of that indicator as it is, so that a number can be followed from page to table row.
"""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from xhht_analysis import contracts, files
from xhht_analysis.plan import areas, goals
from xhht_analysis.project import Project
from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.blocks import Block, make_page
from xhht_analysis.publishing.documents import number, write_page
from xhht_analysis.publishing.labels import Labels, plan_words
from xhht_analysis.publishing.report_data import ReportData, all_units
from xhht_analysis.publishing.selection import where

FORMS = {"html": "HTML", "docx": "Word", "pdf": "PDF", "xlsx": "Excel"}
Drawn = Callable[..., list[Block]]


def write_index(project: Project, *, lang: str = "vi") -> Path:
    """Write ``index.html``: one section per run, newest first, with links to its documents.

    A run without a readable ``run.json`` did not happen and is left out.
    """
    labels = Labels(lang, plan_words(project.config_dir))
    pages, runs = _pages(project.config_dir, labels), []
    for day, record in project.runs().items():
        links = {}
        for section, text, place in pages:
            if (project.reports(day) / place).is_file():
                links.setdefault(section, []).append((text, quote(f"{day}/{place}")))
        runs.insert(0, {"date": day, "is_sample": record.get("sample"), "links": links})
    blocks = make_page("index", labels=labels, runs=runs)
    return write_page(number(blocks, labels), project.reports_root / "index.html", labels)


def _pages(config_dir: Path, labels: Labels) -> list[tuple[str, str, str]]:
    """Section, text and place in the run's folder of every page or document a run may have."""
    pages = [
        ("reports", f"{labels.word(f'document.{name}')} ({form})", f"{name}.{suffix}")
        for name in labels.entries("document")
        for suffix, form in FORMS.items()
    ]
    pages += [
        ("indicators", labels.local(row, "name"), f"indicators/{row['indicator_code']}.html")
        for _, row in goals.read_indicators(config_dir).iterrows()
    ]
    for unit in all_units(areas.read_areas(config_dir)).itertuples():
        section = "communes" if unit.level == "commune" else "districts"
        pages.append((section, unit.name_vi, f"units/{unit.unit_code}.html"))
    return pages


def write_indicator_pages(run: ReportData, folder: Path, drawn: Drawn) -> None:
    """Write ``CODE.html`` and ``CODE.csv`` for every indicator; ``drawn`` gives pictures."""
    for code in run.indicators["indicator_code"]:
        blocks = number(indicator_blocks(run, code, drawn), run.labels)
        write_page(blocks, folder / f"{code}.html", run.labels)
        rows = where(run.panel, indicator_code=code).sort_values(list(contracts.PANEL_KEY))
        text = rows.to_csv(index=False, lineterminator="\r\n")
        files.write_text(folder / f"{code}.csv", text)


def indicator_blocks(run: ReportData, code: str, drawn: Drawn) -> list[Block]:
    """Every block of the page of one indicator, under the headings of its template."""
    row = run.indicator(code)
    return make_page("indicator", run, row=row, drawn=drawn, sentences=sentences)
