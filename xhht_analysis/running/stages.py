"""The stages of a run, as stages.toml describes them in their order, and the settings of a run."""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from xhht_analysis.project import Project

PACKAGE = "xhht_analysis/"


@dataclass(frozen=True)
class Stage:
    """One step of a run: a notebook, with the documents made from it, or the reports of units.

    Its fields are the entries of its row in stages.toml.
    """

    name: str
    reads: Sequence[str] = ()
    makes: Sequence[str] = ()
    code: Sequence[str] = ()
    unread: Sequence[str] = ()

    @property
    def notebook(self) -> str:
        """File name of the source notebook."""
        return f"{self.name}.ipynb"

    def read_code(self, hashes: Mapping[str, str]) -> dict[str, str]:
        """Those of ``hashes`` (place → sha256, see `records.code_hashes`) that this stage reads."""
        rooms = (PACKAGE + place for place in ("plan/", *self.code))
        read = ("config/", f"notebooks/{self.notebook}", *rooms)
        return {
            place: sha
            for place, sha in hashes.items()
            if (place.startswith(read) and not place.startswith(tuple(self.unread)))
            or (place.startswith(PACKAGE) and place.count("/") == 1)  # the ground
        }


_ROWS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
*_stages, UNITS = (Stage(name, **row) for name, row in _ROWS.items())
ALL = tuple(_stages)
REPORT = ALL[-1]


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
