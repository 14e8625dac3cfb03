"""Every sentence the `xhht` command says to the analyst, in Vietnamese: messages.toml."""

import tomllib
from pathlib import Path

_TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
globals().update(_TEXTS)  # messages.NAME is the sentence, or the table of sentences, NAME
