"""Analysis kit for a province's learning-society plan.

Submissions in, an honest answer out: `plan` holds what was promised, `intake` what was
submitted, `forecasting` what will happen, `publishing` what people see, `running` how it runs.
What an analyst calls from a notebook is in `PUBLIC`; nothing is imported before it is asked for.
"""

import importlib

__version__ = "0.1.0"
PUBLIC = {
    "open_run": "publishing.run_tables",
    "read_table": "store",
    "read_areas": "plan.areas",
    "run_intake": "intake",
    "forecast_panel": "forecasting",
    "forecast_plan": "forecasting",
    "backtest_rows": "forecasting.backtest",
    "what_if": "publishing.what_if",
    "in_words": "publishing.table_words",
    "names_by_code": "publishing.table_words",
}
"""Name → module of the package that holds it; docs/api.md has a line and an example of each."""
__all__ = ["PUBLIC", *PUBLIC]


def __getattr__(name: str) -> object:
    """Import one of `PUBLIC` when it is first used."""
    if name not in PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    """Names for completion in a notebook."""
    return sorted([*globals(), *PUBLIC])
