"""Sentences of the command: each one the code asks for exists, none is left over, braces fit."""

import ast
import re
from pathlib import Path

import pytest

from xhht_analysis.running import messages

pytestmark = pytest.mark.contract
ROOM = Path(messages.__file__).parent


def used() -> set[str]:
    names = set()
    for path in ROOM.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                names |= {node.attr} if node.value.id == "messages" else set()
    return names


def test_every_sentence_is_there_and_none_is_left_over():
    assert used() == set(messages._TEXTS)


def test_an_unknown_sentence_is_an_error():
    with pytest.raises(AttributeError, match="NO_SUCH"):
        messages.NO_SUCH  # noqa: B018


def sentences(texts) -> list[str]:
    """Every text of a table of texts, tables in it included."""
    inner = texts.values() if isinstance(texts, dict) else texts if isinstance(texts, list) else ()
    return [texts] if isinstance(texts, str) else [t for part in inner for t in sentences(part)]


def test_every_placeholder_is_a_name():
    plain = {k: v for k, v in messages._TEXTS.items() if k != "WORDS_OF_TYPER"}  # patterns
    found = [name for text in sentences(plain) for name in re.findall(r"{(.*?)}", text)]
    assert len(found) > 50
    assert all(name.partition(":")[0].isidentifier() for name in found)
