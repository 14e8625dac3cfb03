"""What a notebook declares and how its parameters are given."""

import pytest

from tests.notebook_maker import write_notebook
from xhht_analysis import parameters
from xhht_analysis.project import Project, UsageError
from xhht_analysis.running import execution, messages

pytestmark = pytest.mark.unit
PARAMETERS = """
horizon: int = 3  # years ahead
as_of: str = "2024-11-30"  # vintage
share: float = 0.5  # a share
sample: bool = False  # invented data
label: str = ""  # a word
is_short: bool = False  # a truth
n_draws: int = 1000  # draws
variant: str = "annual"  # kind of report
"""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    folder = tmp_path_factory.mktemp("Bộ số liệu")
    return write_notebook(folder / "03_x.ipynb", PARAMETERS, "print(horizon, as_of, sample)")


def test_parameters_are_read_with_their_types(notebook):
    found = execution.declared_parameters(notebook)
    assert found == {
        "horizon": "int",
        "as_of": "str",
        "share": "float",
        "sample": "bool",
        "label": "str",
        "is_short": "bool",
        "n_draws": "int",
        "variant": "str",
    }


def test_overrides_take_the_declared_type(notebook):
    pairs = ["horizon=5", "label=2025=hai", "share=0.25", "is_short=true"]
    assert execution.parse_overrides(pairs, [notebook]) == {
        "horizon": 5,
        "label": "2025=hai",
        "share": 0.25,
        "is_short": True,
    }


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ("horizont=5", r"horizont.*horizon\?"),
        ("horizon=năm", "horizon.*số nguyên.*năm"),
        ("is_short=perhaps", "is_short.*true hoặc false"),
        ("horizon", "-p"),
        ("nope=1", "nope.*Có phải: horizon, is_short, label, n_draws, share, variant"),
        ("as-of=2025-11-30", "as_of\\?"),
        ("as_of=2025-11-30", "as_of.*--as-of"),
        ("as_of=mai", "as_of.*--as-of"),
        ("sample=true", "sample.*--sample"),
        ("raw_dir=/tmp", "--raw"),
        ("lang=en", "--lang"),
        ("output_dir=x", "--out"),
        ("processed_dir=x", "--out"),
        ("figures_dir=x", "--out"),
        ("previous_dir=x", "--out"),
        ("unit_code=819", "--units"),
        ("n_draws=-5", "n_draws.*-5.*100 đến 100000"),
        ("n_draws=99", "100 đến"),
        ("n_draws=100001", "100 đến"),
        ("horizon=0", "horizon.*từ 1 đến 10"),
        ("horizon=11", "horizon.*từ 1 đến 10"),
        ("variant=weekly", "annual, midterm, final, adhoc"),
    ],
)
def test_wrong_overrides_are_refused_with_the_remedy(notebook, pair, words):
    with pytest.raises(UsageError, match=words) as caught:
        execution.parse_overrides([pair], [notebook])
    assert caught.value.exit_code == 2


def test_every_parameter_of_the_kits_notebooks_is_the_analysts_or_an_options():
    folder = Project().notebooks_dir
    declared = {name for p in folder.glob("0*.ipynb") for name in execution.declared_parameters(p)}
    checked_by_the_report = {"goal", "goals", "units", "paragraphs"}  # codes of config/, a file
    options = messages.PARAMETER_OPTIONS.keys() | checked_by_the_report
    assert declared == parameters.ALLOWED.keys() | options
