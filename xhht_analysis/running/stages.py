"""The stages of a run, in order: which notebook, what it reads, what it must leave behind."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One notebook of the pipeline.

    ``reads`` are the tables it starts from (empty: the raw files), ``makes`` the tables it must
    leave; ``figures`` is the least number of PNG files it must leave. ``config_unread`` are the
    files of config/ that it never opens: a change there is no reason to run it again.
    ``templates``: it writes the report's words, so a changed word is a reason to run it again.
    """

    name: str
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    figures: int = 0
    config_unread: tuple[str, ...] = ()
    templates: bool = False

    @property
    def notebook(self) -> str:
        """File name of the source notebook."""
        return f"{self.name}.ipynb"


INTAKE_TABLES = ("observations", "panel", "rejects", "findings", "activities", "submissions")
FORECAST_TABLES = ("forecasts", "verdicts", "variants", "drivers", "nowcasts")
RESULTS = (*INTAKE_TABLES, "scores", *FORECAST_TABLES)
SUBMISSIONS_ONLY = ("forms.yml", "corrections.csv")
NOT_BY_INTAKE = ("expert.csv", "priors.csv", "goals.csv", "paragraphs.md")
NOT_BY_BACKTEST = (*SUBMISSIONS_ONLY, "goals.csv", "targets.csv", "standards.csv", "tasks.csv")
NOT_BY_FORECAST = (*SUBMISSIONS_ONLY, "paragraphs.md")
INTAKE = Stage("01_intake", makes=INTAKE_TABLES, config_unread=NOT_BY_INTAKE)
BACKTEST = Stage("02_backtest", reads=("panel",), makes=("scores",), config_unread=NOT_BY_BACKTEST)
FORECAST = Stage(
    "03_forecast",
    reads=("panel", "findings"),
    makes=FORECAST_TABLES,
    config_unread=NOT_BY_FORECAST,
)
FIGURES = Stage(
    "04_figures", reads=RESULTS, figures=5, config_unread=NOT_BY_FORECAST, templates=True
)
REPORT = Stage("05_committee_report", reads=RESULTS, config_unread=SUBMISSIONS_ONLY, templates=True)
ALL = (INTAKE, BACKTEST, FORECAST, FIGURES, REPORT)
