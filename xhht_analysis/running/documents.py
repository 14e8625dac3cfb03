"""The last step of a run: documents from the executed report notebook, and the index of runs."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from xhht_analysis.project import Project
from xhht_analysis.running.pipeline import Settings
from xhht_analysis.running.stages import REPORT


def make(staged: Project, settings: Settings) -> None:
    """Write page, Word file, Excel annex, indicator pages and, with a browser here, the PDF."""
    from xhht_analysis.publishing import annex, documents, indicator_pages
    from xhht_analysis.publishing.material import read_material

    folder, lang = staged.reports(settings.as_of), settings.lang
    executed = staged.run_dir(settings.as_of) / REPORT.notebook
    page = documents.export_html(executed, folder / f"{REPORT.name}.html", lang=lang)
    with ThreadPoolExecutor(1) as beside:
        beside.submit(documents.export_pdf, page, page.with_suffix(".pdf"))
        documents.export_docx(executed, page.with_suffix(".docx"), lang=lang)
        run = read_material(staged.processed(settings.as_of), lang=lang)
        annex.write_annex(run, page.with_suffix(".xlsx"))
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
