"""Unit reports: made side by side, published with the run, kept while true, failures named."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from tests.notebook_maker import write_notebook
from xhht_analysis.project import KitError, Project
from xhht_analysis.running import publication, records, runner, stages, unit_reports

pytestmark = pytest.mark.unit
TABLES = Path(__file__).resolve().parents[1] / "fixtures" / "processed"
AS_OF = "2026-11-20"
UNITS = stages.UNITS.name
PARAMETERS = 'unit_code: str = ""'
SHOW = """
from xhht_analysis.publishing import blocks
display(blocks.prose([f"đơn vị {unit_code}"]))
"""


MAKE_TABLES = f"""
import shutil
_ = shutil.copytree({str(TABLES)!r}, output_dir, dirs_exist_ok=True)
"""
FIRST = stages.Stage("01_tables", makes=stages.REPORT.reads)


@pytest.fixture
def project(tmp_path):
    """Two small notebooks in place of the real ones: one makes the tables, one is a unit's."""
    made = Project(root=tmp_path / "root", out=tmp_path / "Kết quả")
    write_notebook(made.notebooks_dir / FIRST.notebook, 'output_dir: str = ""', MAKE_TABLES)
    write_notebook(made.notebooks_dir / f"{UNITS}.ipynb", PARAMETERS, SHOW)
    (made.root / "config").mkdir()
    (made.root / "raw" / AS_OF).mkdir(parents=True)
    return made


def make(project, *codes):
    """Make the pages of ``codes``; the record, and the units that a kernel was started for."""
    begun, outcomes = [], unit_reports.outcomes
    settings = runner.Settings(raw_dir=project.root / "raw", as_of=AS_OF, units=codes)

    def watched(units, executor, *work):
        begun.extend(units)
        return outcomes(units, executor, *work)

    with ThreadPoolExecutor(2) as executor, pytest.MonkeyPatch.context() as patch:
        patch.setattr(unit_reports, "outcomes", watched)
        record = runner.run(settings, project, [FIRST, stages.UNITS], executor=executor)
    return record, begun


def pages(project):
    return {p.stem: p.read_bytes() for p in (project.reports(AS_OF) / "units").glob("*.html")}


def test_each_unit_has_its_page_and_the_record_its_hash(project):
    record, begun = make(project, "815", "28249")
    assert begun == ["28249", "815"]
    assert sorted(pages(project)) == ["28249", "815"]
    assert "đơn vị 815" in pages(project)["815"].decode()
    assert records.broken_outputs(project, record) == []
    assert not (project.out / publication.STAGING).exists()


def test_all_are_the_units_with_a_verdict_or_a_figure(project):
    codes = {line.split(",")[2] for line in (TABLES / "panel.csv").read_text("utf-8").split()[1:]}
    shutil.copytree(TABLES, project.processed(AS_OF))
    chosen = unit_reports.pages(stages.Settings(project.root, AS_OF, units=["all"]), project)
    assert {"82", "815", "28249"} <= set(chosen)
    assert chosen["815"] == f"reports/{AS_OF}/units/815.html"
    assert len(codes) > 11


def test_a_commune_that_ended_has_figures_but_no_page(project):
    shutil.copytree(TABLES, project.processed(AS_OF))
    panel = pd.read_csv(project.processed(AS_OF) / "panel.csv", dtype=str)
    ended = panel.tail(1).assign(unit_code="28744")  # Xã Phước Trung, until 2025-06-30
    pd.concat([panel, ended]).to_csv(project.processed(AS_OF) / "panel.csv", index=False)
    chosen = unit_reports.pages(stages.Settings(project.root, AS_OF, units=["all"]), project)
    assert {"82", "819", "28270"} < set(chosen) <= set(panel["unit_code"])


def test_only_what_is_missing_or_damaged_is_made_again(project):
    make(project, "815", "816")
    before = pages(project)
    (project.reports(AS_OF) / "units" / "816.html").write_text("damaged")
    assert make(project, "815", "816", "817")[1] == ["816", "817"]
    assert before.items() <= pages(project).items()
    assert make(project, "815")[1] == []
    assert sorted(pages(project)) == ["815", "816", "817"]


def test_a_failing_unit_is_named_and_the_others_are_published(project):
    text = "1 / (int(unit_code) - 816)"
    write_notebook(project.notebooks_dir / f"{UNITS}.ipynb", PARAMETERS, text)
    with pytest.raises(KitError, match=r"(?s)1 trang.*816.*ZeroDivision") as caught:
        make(project, "815", "816")
    assert "ZeroDivision" not in caught.value.log_text
    assert "không công bố gì" not in str(caught.value)  # all else was published
    assert "đã công bố" in str(caught.value)
    assert sorted(pages(project)) == ["815"]
    record = records.read_record(project, AS_OF)
    assert record["stages"][UNITS]["outputs"] == [f"reports/{AS_OF}/units/815.html"]
    assert records.broken_outputs(project, record) == []


def test_no_page_of_another_notebook_stays_beside_the_new_ones(project):
    make(project, "815", "816")
    changed = SHOW.replace("đơn vị", "mới")
    write_notebook(project.notebooks_dir / f"{UNITS}.ipynb", PARAMETERS, changed)
    make(project, "815")
    assert ["mới 815" in page.decode() for page in pages(project).values()] == [True]
