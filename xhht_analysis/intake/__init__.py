"""What was submitted: read, judged, brought into one panel.

`run_intake` is the stage; everything heavy is imported when it runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from xhht_analysis.intake.gathering import Plan

__all__ = ["IntakeResult", "run_intake"]


@dataclass(frozen=True)
class IntakeResult:
    """The tables of the stage, each as its contract in `contracts.TABLES`; what they rest on."""

    observations: pd.DataFrame
    panel: pd.DataFrame
    rejects: pd.DataFrame
    findings: pd.DataFrame
    activities: pd.DataFrame
    submissions: pd.DataFrame
    as_of: str
    account: dict[str, int]
    plan: Plan

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables by name, for `store.write_table`."""
        names = ("observations", "panel", "rejects", "findings", "activities", "submissions")
        return {name: getattr(self, name) for name in names}


def run_intake(
    raw_dir: Path | str,
    as_of: str | None = None,
    config_dir: Path | str | None = None,
    sample: bool = False,
    jobs: int = 2,
) -> IntakeResult:
    """Read every file received by ``as_of`` and settle what stands.

    Parameters
    ----------
    raw_dir : path
        ``<received YYYY-MM-DD>/…``; a relative path starts at the project root.
    as_of : str, optional
        ISO date; files received later are not opened. The latest day of receipt by default.
    config_dir : path, optional
        The plan as data; config/ of the project by default.
    sample : bool
        Whether invented figures count beside real ones (never those of a folder ``sample`` in
        ``raw_dir``).
    jobs : int
        Child processes that read.

    Returns
    -------
    IntakeResult
        Equal files give equal tables, wherever ``raw_dir`` lies.

    Raises
    ------
    gathering.NothingReceivedError
        If nothing had been received by ``as_of``.
    corrections.CorrectionError
        If a correction no longer fits its source.
    cleaning.AccountError
        If the account does not balance.
    """
    from xhht_analysis import project
    from xhht_analysis.intake import gathering, panel_build

    folder = project.resolve(raw_dir)
    plan = gathering.Plan.read(project.resolve(config_dir or project.Project().config_dir))
    received, day = gathering.find_received(folder, as_of or None)
    gathered = gathering.gather(received, folder, day, plan, jobs, sample=sample or None)
    return IntakeResult(plan=plan, **panel_build.build_tables(gathered, plan, day))
