"""The last step of a run: documents from the executed report notebook, and the index of runs."""

from __future__ import annotations

from pathlib import Path

from xhht_analysis.project import Project
from xhht_analysis.running.pipeline import Settings
from xhht_analysis.running.stages import REPORT


def make(staged: Project, settings: Settings) -> None:
    """Write HTML (and what else publishing offers) beside the staged report notebook."""
    from xhht_analysis.publishing import documents

    as_of = settings.as_of
    executed = staged.run_dir(as_of) / REPORT.notebook
    page = staged.reports(as_of) / f"{REPORT.name}.html"
    documents.export_html(executed, page, title=None, lang=settings.lang)


def export_unit(executed: Path, page: Path, lang: str) -> None:
    """Write the page of one unit from its executed notebook."""
    from xhht_analysis.publishing import documents

    documents.export_html(executed, page, title=None, lang=lang)
