"""How many examples hypothesis tries: all in .ci/run, a quarter of them elsewhere."""

import os


def examples(n: int) -> int:
    """``n`` where all tools are there (.ci/run), else a quarter, at least one."""
    return n if os.environ.get("XHHT_ALL_TOOLS") else max(n // 4, 1)
