"""Property tests: the same examples every time, and no clock (machines differ).

What makes a test long and not sharper – many cases of one kind, many examples – runs in .ci/run.
"""

import collections

import pytest
from hypothesis import settings

settings.register_profile("kit", deadline=None, derandomize=True)
settings.load_profile("kit")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """The cases of a test after the first ``n`` of its mark ``cases(n)`` are slow."""
    n_cases = collections.Counter()
    for item in items:
        if mark := item.get_closest_marker("cases"):
            n_cases[item.function] += 1
            if n_cases[item.function] > mark.args[0]:
                item.add_marker("slow")
