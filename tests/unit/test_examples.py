"""The worked examples of docs/examples.md run as they stand and say what is written there."""

import pytest

from tests import examples

pytestmark = pytest.mark.unit


def test_every_example_says_what_is_written():
    text = examples.PATH.read_text(encoding="utf-8")
    assert len(examples.BLOCK.findall(text)) == 5
    assert examples.answered(text) == text, "python -m tests.examples writes the answers again"
