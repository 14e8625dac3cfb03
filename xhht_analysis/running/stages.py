"""The stages of a run, in order: which notebook, what it reads, what it must leave behind."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One step of a run: a notebook, or the documents.

    ``reads`` are the tables it starts from (empty: the raw files), ``makes`` the tables it must
    leave; ``figures`` is the least number of PNG files it must leave. ``code`` are the places of
    the package that it runs (its ground and ``plan`` always count), ``config_unread`` the files of
    config/ that it never opens: a change elsewhere is no reason to run it again.
    tests/golden/test_stage_reads.py watches what each notebook opens.
    """

    name: str
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    figures: int = 0
    code: tuple[str, ...] = ()
    config_unread: tuple[str, ...] = ()

    @property
    def notebook(self) -> str:
        """File name of the source notebook."""
        return f"{self.name}.ipynb"


INTAKE_TABLES = ("observations", "panel", "rejects", "findings", "activities", "submissions")
FORECAST_TABLES = ("forecasts", "verdicts", "variants", "drivers", "nowcasts")
RESULTS = (*INTAKE_TABLES, "scores", *FORECAST_TABLES)
SUBMISSIONS_ONLY = ("forms.yml", "corrections.csv")
INTAKE = Stage(
    "01_intake",
    makes=INTAKE_TABLES,
    code=("intake/",),
    config_unread=("expert.csv", "priors.csv", "goals.csv", "paragraphs.md"),
)
BACKTEST = Stage(
    "02_backtest",
    reads=("panel",),
    makes=("scores",),
    code=("forecasting/",),
    config_unread=(*SUBMISSIONS_ONLY, "goals.csv", "targets.csv", "standards.csv", "tasks.csv"),
)
FORECAST = Stage(
    "03_forecast",
    reads=("panel", "findings"),
    makes=FORECAST_TABLES,
    code=("forecasting/", "publishing/__init__.py", "publishing/labels.py"),
    config_unread=(*SUBMISSIONS_ONLY, "paragraphs.md"),
)
FIGURES = Stage(
    "04_figures",
    reads=RESULTS,
    figures=1,
    code=("intake/", "forecasting/", "publishing/"),
    config_unread=(*SUBMISSIONS_ONLY, "paragraphs.md"),
)
REPORT = Stage(
    "05_committee_report",
    reads=RESULTS,
    code=FIGURES.code,
    config_unread=SUBMISSIONS_ONLY,
)
NOTEBOOKS = (INTAKE, BACKTEST, FORECAST, FIGURES, REPORT)
DOCUMENTS = Stage("documents", reads=RESULTS, code=(*REPORT.code, "running/document_stage.py"))
ALL = (*NOTEBOOKS, DOCUMENTS)
