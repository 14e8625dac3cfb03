"""Documents of a run, from its tables, its figures and its executed report notebook."""

from concurrent.futures import Executor, ThreadPoolExecutor

from xhht_analysis.project import Project
from xhht_analysis.running.stages import REPORT

PARTS = ("brief", "report", "annex", "review")
"""Documents of a run: parts of the report notebook, and names of files but for the report's."""


def write_documents(staged: Project, as_of: str, lang: str) -> None:
    """Write brief, report, annex and review as page, Word and PDF; the workbook; the indicators.

    They come from the tables, the figures and the executed report notebook in ``staged``; without
    a browser there is no PDF.
    """
    from xhht_analysis.publishing import site, workbook
    from xhht_analysis.publishing.figures import gallery
    from xhht_analysis.publishing.run_tables import read_report_data

    folder = staged.reports(as_of)
    with ThreadPoolExecutor(len(PARTS)) as browsers:  # each prints in a process of its own
        write_parts(staged, as_of, lang, browsers)
        run = read_report_data(staged.processed(as_of), lang=lang)
        workbook.write_annex(run, folder / f"{REPORT.name}.xlsx")
        pictures = gallery.pictures(run, staged.figures(as_of))
        site.write_indicator_pages(run, folder / "indicators", pictures)


def write_parts(staged: Project, as_of: str, lang: str, browsers: Executor) -> None:
    """Write the parts of the executed report notebook as page and Word; ``browsers`` print them."""
    from xhht_analysis.publishing import documents, labels, word

    folder, plan = staged.reports(as_of), labels.plan_words(staged.config_dir, as_of)
    words, notebook = labels.Labels(lang, plan), staged.run_dir(as_of) / REPORT.notebook
    for part in PARTS:
        name, outline = REPORT.name if part == "report" else part, part != "brief"
        page = folder / f"{name}.html"
        blocks = documents.read_executed(notebook, words, part, outline=outline)
        if not blocks:  # a review that was not asked for
            continue
        documents.write_page(blocks, page, words)
        browsers.submit(documents.export_pdf, page, page.with_suffix(".pdf"))
        word.write_docx(blocks, page.with_suffix(".docx"), words, part)
