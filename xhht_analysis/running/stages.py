"""The stages of a run, in order: which notebook, what it reads, what it must leave behind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One notebook of the pipeline.

    ``reads`` are the tables it starts from (empty: the raw files), ``makes`` the tables it must
    leave; ``figures`` is the least number of PNG files it must leave. Stages of one ``wave`` do
    not need each other and run side by side.
    """

    name: str
    wave: int = 1
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    figures: int = 0

    @property
    def notebook(self) -> str:
        """File name of the source notebook."""
        return f"{self.name}.ipynb"


INTAKE_TABLES = (
    "observations",
    "panel",
    "rejects",
    "findings",
    "activities",
    "submissions",
)
INTAKE = Stage("01_intake", 1, makes=INTAKE_TABLES)
BACKTEST = Stage("02_backtest", 2, reads=("panel",), makes=("scores",))
FORECAST = Stage("03_forecast", 2, reads=("panel",), makes=("forecasts", "verdicts"))
FIGURES = Stage(
    "04_figures", 3, reads=(*INTAKE_TABLES, "scores", "forecasts", "verdicts"), figures=5
)
REPORT = Stage("05_committee_report", 3, reads=(*INTAKE_TABLES, "scores", "forecasts", "verdicts"))
ALL = (INTAKE, BACKTEST, FORECAST, FIGURES, REPORT)
