"""Five kills at random moments of a real run on toy notebooks; benchmarks/faults.py does fifty."""

import random
import subprocess
import sys
import time

import psutil
import pytest

from tests.notebook_maker import WRITE_TABLE, write_notebook
from xhht_analysis.project import Project
from xhht_analysis.running import publication

pytestmark = pytest.mark.unit
AS_OF = "2024-11-20"
KILLS = 5
TOY_RUN = """
import sys
from pathlib import Path
from xhht_analysis.project import Project
from xhht_analysis.running import pipeline
from xhht_analysis.running.stages import Stage
root = Path(sys.argv[1])
chosen = (Stage("01_a", makes=("panel",)), Stage("02_b", 2, reads=("panel",), makes=("scores",)))
settings = pipeline.Settings(raw_dir=root / "raw", as_of="2024-11-20")
pipeline.run(settings, Project(root=root, out=root / "out"), chosen)
"""


def start(root):
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-c", TOY_RUN, str(root)], stdout=quiet, stderr=quiet)


def test_a_killed_run_tears_nothing_and_leaves_no_kernel(tmp_path):
    for name, table in (("01_a", "panel"), ("02_b", "scores")):
        text = WRITE_TABLE.format(table=table, value="1")
        write_notebook(tmp_path / "notebooks" / f"{name}.ipynb", 'output_dir: str = ""', text)
    (tmp_path / "config").mkdir()
    (tmp_path / "requirements.lock").write_text("x==1")
    raw = tmp_path / "raw" / AS_OF
    raw.mkdir(parents=True)
    project, rng = Project(root=tmp_path, out=tmp_path / "out"), random.Random(1)
    (raw / "a.csv").write_text("0")
    assert start(tmp_path).wait() == 0
    for number in range(KILLS):
        (raw / "a.csv").write_text(str(number + 1))
        process = start(tmp_path)
        time.sleep(rng.uniform(0.2, 6.0))
        kernels = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        assert psutil.wait_procs(kernels, timeout=20)[1] == []
        for table in ("panel", "scores"):
            assert (project.processed(AS_OF) / f"{table}.csv").read_text() == "a\n1\n"
    assert start(tmp_path).wait() == 0
    record = publication.read_record(project, AS_OF)
    assert publication.broken_outputs(project, record) == []
