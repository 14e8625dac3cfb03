"""Documents of a run, from its tables and its executed report notebook; the index of runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from xhht_analysis.project import Project
from xhht_analysis.running.runner import MakeDocuments, Settings
from xhht_analysis.running.stages import REPORT

PDF = "pdf"


def maker() -> MakeDocuments:
    """How the documents are made; a browser that was not there before is a reason to make them."""
    from xhht_analysis.publishing.documents import find_browser

    tools = (PDF,) if find_browser() else ()
    return MakeDocuments(write_documents, Path(__file__).read_text(encoding="utf-8"), tools)


def write_documents(staged: Project, settings: Settings, executed: Path) -> None:
    """Write Excel annex, page, Word file, indicator pages and, with a browser here, the PDF."""
    from xhht_analysis.publishing import annex, documents, indicator_pages
    from xhht_analysis.publishing.material import read_material

    folder, lang = staged.reports(settings.as_of), settings.lang
    page = folder / f"{REPORT.name}.html"
    run = read_material(staged.processed(settings.as_of), lang=lang)
    annex.write_annex(run, page.with_suffix(".xlsx"))
    documents.export_html(executed, page, lang=lang)
    with ThreadPoolExecutor(1) as beside:  # the browser prints in a process of its own
        beside.submit(documents.export_pdf, page, page.with_suffix(".pdf"))
        documents.export_docx(executed, page.with_suffix(".docx"), lang=lang)
        drawn = documents.drawn_pictures(executed)
        indicator_pages.write_indicator_pages(run, folder / "indicators", drawn)


def export_unit(executed: Path, page: Path, lang: str) -> None:
    """Write the page of one unit from its executed notebook."""
    from xhht_analysis.publishing import documents

    documents.export_html(executed, page, title=None, lang=lang)


def index(project: Project, lang: str) -> Path:
    """Write reports/index.html: every run with its documents, indicator and unit pages."""
    from xhht_analysis.publishing import site

    return site.write_index(project.reports_root, project.config_dir, lang=lang)
