"""The stages of a run, in order, and its settings.

Of a stage: which notebook, what it reads, what it must leave behind.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xhht_analysis.project import Project

PACKAGE = "xhht_analysis/"


@dataclass(frozen=True)
class Stage:
    """One step of a run: a notebook, with the documents made from it, or the reports of units.

    ``reads`` are the tables it starts from (empty: the raw files), ``makes`` the tables it must
    leave; ``draws`` says that it must leave figures, too. ``code`` are the places of
    the package that it runs (its ground, ``plan`` and config/ always count), ``unread`` the places
    among them that it never opens: a change elsewhere is no reason to run it again.
    tests/golden/test_stage_reads.py watches what each notebook opens.
    """

    name: str
    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    draws: bool = False
    code: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def notebook(self) -> str:
        """File name of the source notebook."""
        return f"{self.name}.ipynb"

    def read_code(self, hashes: Mapping[str, str]) -> dict[str, str]:
        """Those of ``hashes`` (place → sha256, see `records.code_hashes`) that this stage reads."""
        rooms = ("config/", *(PACKAGE + place for place in ("plan/", *self.code)))

        def is_read(place: str) -> bool:
            """The ground is read by all stages, the rest by what the stage's row says."""
            is_ground = place.startswith(PACKAGE) and place.count("/") == 1
            is_room = place.startswith(rooms) and not place.startswith(self.unread)
            return is_ground or is_room or place == f"notebooks/{self.notebook}"

        return {place: sha for place, sha in hashes.items() if is_read(place)}


INTAKE_TABLES = ("observations", "panel", "rejects", "findings", "activities", "submissions")
FORECAST_TABLES = ("forecasts", "verdicts", "variants", "drivers", "nowcasts")
RESULTS = (*INTAKE_TABLES, "scores", *FORECAST_TABLES)
SUBMISSIONS_ONLY = ("config/forms.yml", "config/corrections.csv")
INTAKE = Stage(
    "01_intake",
    makes=INTAKE_TABLES,
    code=("intake/",),
    unread=("config/expert.csv", "config/learned.json", "config/paragraphs.md"),
)
BACKTEST = Stage(
    "02_backtest",
    reads=("panel",),
    makes=("scores",),
    code=("forecasting/",),
    unread=(
        *SUBMISSIONS_ONLY,
        "config/goals.csv",
        "config/targets.csv",
        "config/standards.csv",
        "config/tasks.csv",
    ),
)
FORECAST = Stage(
    "03_forecast",
    reads=("panel", "findings"),
    makes=FORECAST_TABLES,
    code=("forecasting/", "publishing/__init__.py", "publishing/labels.py"),
    unread=(*SUBMISSIONS_ONLY, "config/paragraphs.md"),
)
FIGURES = Stage(
    "04_figures",
    reads=RESULTS,
    draws=True,
    code=("intake/", "forecasting/", "publishing/"),
    unread=(
        *SUBMISSIONS_ONLY,
        "config/paragraphs.md",
        "xhht_analysis/publishing/templates/pages/",
        "xhht_analysis/publishing/templates/committee/",
    ),
)
REPORT = Stage(
    "05_committee_report",
    reads=RESULTS,
    code=(*FIGURES.code, "running/document_stage.py"),
    unread=SUBMISSIONS_ONLY,
)
ALL = (INTAKE, BACKTEST, FORECAST, FIGURES, REPORT)
UNITS = Stage("06_unit_report", reads=RESULTS, code=FIGURES.code, unread=SUBMISSIONS_ONLY)


@dataclass(frozen=True)
class Settings:
    """What one run was asked to do. ``as_of`` is an ISO date; ``overrides`` come from ``-p``.

    A cell that takes longer than ``cell_seconds`` is ended, and the run with it. ``units`` (codes,
    or ``all``) are those whose reports are made, if that stage is chosen.
    """

    raw_dir: Path
    as_of: str
    sample: bool = False
    lang: str = "vi"
    force: bool = False
    overrides: dict[str, object] = field(default_factory=dict)
    cell_seconds: float = 900
    units: Collection[str] = ()

    def parameters(self, project: Project) -> dict[str, object]:
        """Every parameter the runner sets; a notebook is passed those it declares."""
        tables = str(project.processed(self.as_of))
        return {
            "raw_dir": str(self.raw_dir),
            "as_of": self.as_of,
            "sample": self.sample,
            "lang": self.lang,
            "processed_dir": tables,
            "output_dir": tables,
            "figures_dir": str(project.figures(self.as_of)),
            **self.overrides,
        }
