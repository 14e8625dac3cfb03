"""What the sender of a rejected file or cell should do: remedies.toml, one sentence per rule."""

import tomllib
from pathlib import Path

REMEDIES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def remedy(rule: str) -> str:
    """Vietnamese advice for ``rule``; a rule without its own advice asks to check the cell."""
    return REMEDIES.get(rule, "Kiểm tra lại ô này và gửi lại.")
