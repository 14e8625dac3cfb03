"""Documents of a run, from its tables and its executed report notebook."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from xhht_analysis.project import Project
from xhht_analysis.running.stages import REPORT

PARTS = {"brief": "brief", "report": REPORT.name, "annex": "annex", "review": "review"}
"""Documents of a run: the part of the report notebook and the name of its files."""
WORKBOOK = f"{REPORT.name}.xlsx"


def lacks_pdf(places: Iterable[str]) -> bool:
    """Whether documents at ``places`` were made without a browser and this computer has one."""
    from xhht_analysis.publishing.documents import find_browser

    return not any(place.endswith(".pdf") for place in places) and bool(find_browser())


def write_workbook(staged: Project, as_of: str, lang: str) -> None:
    """Write the workbook, from the tables in ``staged``."""
    from xhht_analysis.publishing import workbook
    from xhht_analysis.publishing.run_tables import read_report_data

    run = read_report_data(staged.processed(as_of), lang=lang)
    workbook.write_annex(run, staged.reports(as_of) / WORKBOOK)


def write_documents(staged: Project, as_of: str, lang: str) -> list[Path]:
    """Write brief, report, annex and review as page, Word and PDF, and the pages of indicators.

    They come from the tables, figures and executed report notebook in ``staged``; without a browser
    there is no PDF.

    Returns
    -------
    list of Path
        All documents there are then, the workbook among them.
    """
    from xhht_analysis.publishing import documents, indicator_pages, word
    from xhht_analysis.publishing.figures import gallery
    from xhht_analysis.publishing.run_tables import read_report_data

    folder, run_dir = staged.reports(as_of), staged.run_dir(as_of)
    run = read_report_data(staged.processed(as_of), lang=lang)
    with ThreadPoolExecutor(1) as beside:  # the browser prints in a process of its own
        for part, name in PARTS.items():
            page = folder / f"{name}.html"
            outline = part != "brief"
            blocks = documents.read_executed(
                run_dir / REPORT.notebook, run.labels, part, outline=outline
            )
            if not blocks:  # a review that was not asked for
                continue
            documents.write_page(blocks, page, run.labels)
            beside.submit(documents.export_pdf, page, page.with_suffix(".pdf"))
            word.write_docx(blocks, page.with_suffix(".docx"), run.labels, part)
        pictures = gallery.pictures(run, staged.figures(as_of))
        indicator_pages.write_indicator_pages(run, folder / "indicators", pictures)
    return [p for p in folder.rglob("*") if p.is_file() and run_dir not in p.parents]
