"""Before anything starts: dates and config/ are what they must be, or a message says."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from xhht_analysis.project import KitError, Project, UsageError, is_date
from xhht_analysis.running import messages

if TYPE_CHECKING:
    from xhht_analysis.intake.gathering import Plan

MAY_BE_EMPTY = {
    *(f"{name}.csv" for name in ("crosswalk", "expert", "references", "unit_targets")),
    "corrections.csv",
    "paragraphs.md",
}
"""Files of config/ that are filled in only when there is something to say."""


def check_day(text: str) -> str:
    """``text`` if it is an ISO date.

    Raises
    ------
    UsageError
        If it is not.
    """
    if not is_date(text):
        raise UsageError(messages.BAD_DATE.format(text=text))
    return text


def check_config(project: Project) -> "Plan":
    """Read every file of config/ that says what was promised and how forms are read.

    Returns
    -------
    Plan
        The plan's tables that reading submissions needs.

    Raises
    ------
    KitError
        Naming the file, what is wrong with it and how to mend it.
    """
    import pandas as pd
    import yaml

    from xhht_analysis.forecasting import learned
    from xhht_analysis.intake.forms.recognise import read_descriptions
    from xhht_analysis.intake.gathering import Plan
    from xhht_analysis.intake.judging.corrections import read_corrections
    from xhht_analysis.plan.config_tables import CONFIG_TABLES, read_config
    from xhht_analysis.plan.consistency import check_plan
    from xhht_analysis.plan.province import read_province
    from xhht_analysis.publishing.report import office_paragraphs

    readers: dict[str, Callable[[Path], object]] = {
        **{f"{name}.csv": functools.partial(read_config, name) for name in CONFIG_TABLES},
        "forms.yml": read_descriptions,
        "corrections.csv": read_corrections,
        "learned.json": learned.read_learned,
        "paragraphs.md": lambda folder: office_paragraphs(folder / "paragraphs.md", ""),
        "province.yml": read_province,
        # the folder itself: its tables together, which is never empty
        ".": lambda folder: [Plan.read(folder), check_plan(folder)],
    }
    for name, read in readers.items():
        try:
            content = read(project.config_dir)
            is_empty = content.empty if isinstance(content, pd.DataFrame) else not content
            if is_empty and name not in MAY_BE_EMPTY:
                raise KitError(messages.CONFIG_CAUSES["empty"])
        except (KitError, OSError, ValueError, LookupError, TypeError, yaml.YAMLError) as error:
            text = messages.BAD_CONFIG.format(path=project.config_dir / name, cause=_cause(error))
            raise KitError(text) from None
    return Plan.read(project.config_dir)


def _cause(error: BaseException) -> str:
    """What is wrong, in the reader's words where there are some."""
    first = (isinstance(error, KitError) and error.__context__) or error
    cause = messages.CONFIG_CAUSES.get(type(first).__name__, getattr(first, "strerror", None))
    return cause.format(error=first) if cause else str(first)
