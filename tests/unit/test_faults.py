"""Five kills at random moments; ``python -m benchmarks.faults`` does fifty."""

import pytest

from benchmarks import faults

pytestmark = pytest.mark.unit


def test_a_killed_run_tears_nothing_and_leaves_no_kernel(tmp_path):
    counts = faults.rounds(5, seed=1, project=faults.make_toy(tmp_path))
    counts.pop("half_published")
    assert set(counts.values()) == {0}, counts


def test_two_runs_at_once_end_well_or_are_told(tmp_path):
    faults.make_toy(tmp_path)
    assert faults.one_of_two(tmp_path, 1)
