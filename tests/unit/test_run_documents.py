"""Documents belong to the report they came from; the check of config/ runs when it must."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import report_maker
from tests.notebook_maker import WRITE_TABLE, write_notebook
from tests.unit.test_runner import AS_OF, FIRST, PARAMETERS, SECOND, project, settings
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing import documents
from xhht_analysis.publishing.blocks import prose
from xhht_analysis.running import document_stage, execution, publication, records, runner, stages
from xhht_analysis.running.stages import Stage

pytestmark = pytest.mark.unit
__all__ = ["project"]
REPORT = Stage("02_report", reads=("panel",), makes=("scores",))


@pytest.fixture
def report(project, monkeypatch):
    """A project whose second stage is its report."""
    (project.notebooks_dir / SECOND.notebook).rename(project.notebooks_dir / REPORT.notebook)
    monkeypatch.setattr(runner, "REPORT", REPORT)
    monkeypatch.setattr(document_stage, "write_documents", write)
    return project


def write(staged, as_of, lang):
    assert (staged.run_dir(as_of) / REPORT.notebook).is_file()
    assert (staged.processed(as_of) / "panel.csv").is_file()
    (staged.reports(as_of) / "book.csv").write_text("beside the report")
    (staged.reports(as_of) / "page.html").write_text("x")
    (staged.reports(as_of) / "indicators").mkdir()
    (staged.reports(as_of) / "indicators" / "a.csv").write_text("1")  # no table of the run
    (staged.reports(as_of) / ".page.7.part.html").write_text("half")  # of a process that died


def status(project):
    """What became of the report."""
    record = runner.run(settings(project), project, (FIRST, REPORT))
    return record["stages"][REPORT.name]["status"]


def test_documents_are_made_once_and_again_with_their_report(report):
    assert status(report) == "done"
    assert status(report) == "skipped"
    (report.reports(AS_OF) / "page.html").write_text("touched by hand")
    assert status(report) == "done"
    assert (report.reports(AS_OF) / "page.html").read_text() == "x"
    text = WRITE_TABLE.format(table="scores", value="7")
    write_notebook(report.notebooks_dir / REPORT.notebook, PARAMETERS, text)
    assert status(report) == "done"


def test_all_documents_are_outputs_of_the_report(report):
    status(report)
    outputs = records.read_record(report, AS_OF)["stages"][REPORT.name]["outputs"]
    names = ("book.csv", "indicators/a.csv", "page.html", "run/02_report.ipynb")
    assert outputs == [
        f"data/processed/{AS_OF}/scores.csv",
        *(f"reports/{AS_OF}/{name}" for name in names),
    ]
    assert (report.reports(AS_OF) / "book.csv").read_text() == "beside the report"


def test_a_workbook_that_cannot_be_written_publishes_nothing(report, monkeypatch):
    def full(*where):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(document_stage, "write_documents", full)
    with pytest.raises(OSError, match="No space left"):
        status(report)
    assert not report.processed(AS_OF).exists()


def test_a_busy_target_is_told_before_the_first_notebook(project, monkeypatch):
    runner.run(settings(project), project, (FIRST, SECOND))
    begun = []
    monkeypatch.setattr(execution, "execute", lambda source, *_, **__: begun.append(source))

    def busy(project, as_of, places):
        assert {Path(place).name for place in places} >= {"panel.csv", "scores.csv"}
        raise PermissionError(13, "denied", "scores.csv")

    monkeypatch.setattr(publication, "check_targets", busy)
    with pytest.raises(PermissionError, match="scores"):
        runner.run(settings(project, force=True), project, (FIRST, SECOND))
    assert begun == []


def test_submissions_deleted_while_a_run_reads_publish_nothing(project):
    folder = project.root / "raw"
    text = f"import shutil; shutil.rmtree({str(folder)!r})\n"
    text += WRITE_TABLE.format(table="panel", value="1")
    write_notebook(project.notebooks_dir / FIRST.notebook, PARAMETERS, text)
    with pytest.raises(KitError, match=r"a\.csv \(không còn\)"):
        runner.run(settings(project), project, (FIRST, SECOND))
    assert not project.processed(AS_OF).exists()


def test_a_run_without_an_output_folder_any_more_is_told(project):
    text = f"import shutil; shutil.rmtree({str(project.out)!r})\n"
    write_notebook(project.notebooks_dir / SECOND.notebook, PARAMETERS, text)
    with pytest.raises((KitError, OSError)):
        runner.run(settings(project), project, (FIRST, SECOND))
    shutil.rmtree(project.out, ignore_errors=True)
    text = WRITE_TABLE.format(table="scores", value="1")
    write_notebook(project.notebooks_dir / SECOND.notebook, PARAMETERS, text)
    record = runner.run(settings(project), project, (FIRST, SECOND))
    assert records.broken_outputs(project, record) == []


def test_each_part_of_the_executed_report_is_a_page_and_a_word_file(tmp_path, monkeypatch):
    staged, printed = Project(out=tmp_path), []
    notebook = staged.run_dir(AS_OF) / stages.REPORT.notebook
    notebook.parent.mkdir(parents=True)
    report_maker.executed(
        {part: [prose([part])] for part in ("brief", "report", "annex")}, notebook
    )
    monkeypatch.setattr(documents, "export_pdf", lambda page, target: printed.append(target.name))
    with ThreadPoolExecutor(1) as browsers:
        document_stage.write_parts(staged, AS_OF, "vi", browsers)
    made = [path.name for path in staged.reports(AS_OF).iterdir() if path.is_file()]
    names = ("05_committee_report", "annex", "brief")  # of a review that was not asked for, none
    assert sorted(made) == [f"{name}.{form}" for name in names for form in ("docx", "html")]
    assert sorted(printed) == [f"{name}.pdf" for name in names]
