"""Every sentence the `xhht` command says to the analyst, in Vietnamese: messages.toml."""

import tomllib
from pathlib import Path

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def __getattr__(name: str):
    """Sentence, or table of sentences, ``name`` of messages.toml."""
    try:
        return _TEXTS[name]
    except KeyError:
        raise AttributeError(f"messages.toml has no {name}") from None
