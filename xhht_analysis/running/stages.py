"""The stages of a run, in order: which notebook, what it reads, what it must leave behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One notebook of the pipeline.

    ``reads`` are the tables it starts from (empty: the raw files), ``makes`` the tables it must
    leave; ``figures`` is the least number of PNG files it must leave. What it reads says which
    stages come before it; nothing else does. ``patient``: nothing waits for it, so the others go
    first where processors are few.
    """

    name: str
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    figures: int = 0
    patient: bool = False

    @property
    def notebook(self) -> str:
        """File name of the source notebook."""
        return f"{self.name}.ipynb"

    def sources(self, among: Iterable[Stage]) -> list[Stage]:
        """Those ``among`` the stages that make a table this one reads."""
        return [other for other in among if set(other.makes) & set(self.reads)]


INTAKE_TABLES = ("observations", "panel", "rejects", "findings", "activities", "submissions")
FORECAST_TABLES = ("forecasts", "verdicts", "variants", "drivers", "nowcasts")
RESULTS = (*INTAKE_TABLES, "scores", *FORECAST_TABLES)
INTAKE = Stage("01_intake", makes=INTAKE_TABLES)
BACKTEST = Stage("02_backtest", reads=("panel",), makes=("scores",))
FORECAST = Stage("03_forecast", reads=("panel",), makes=FORECAST_TABLES)
FIGURES = Stage("04_figures", reads=RESULTS, figures=5, patient=True)
REPORT = Stage("05_committee_report", reads=RESULTS)
ALL = (INTAKE, BACKTEST, FORECAST, FIGURES, REPORT)
