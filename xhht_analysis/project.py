"""Where things are, and the settings of a run. No path stands anywhere else in the kit."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from xhht_analysis import files

ROOT = Path(__file__).resolve().parents[1]
CONFIG_VARIABLE = "XHHT_CONFIG"
"""Environment variable with the folder of another plan: what a run starts inherits it."""


def resolve(path: str | Path) -> Path:
    """Absolute form of ``path``; a relative path starts at the project root, never at the cwd."""
    return (ROOT / Path(path).expanduser()).resolve()


@dataclass(frozen=True)
class Project:
    """Folders of one run.

    ``root`` holds config/, notebooks/ and data/raw/; ``out`` is the root of what a run makes.
    """

    root: Path = ROOT
    out: Path = ROOT

    @property
    def config_dir(self) -> Path:
        """Folder of the plan as data: config/, or what `CONFIG_VARIABLE` names."""
        return resolve(os.environ.get(CONFIG_VARIABLE) or self.root / "config")

    @property
    def notebooks_dir(self) -> Path:
        """Folder of the source notebooks."""
        return self.root / "notebooks"

    @property
    def raw_dir(self) -> Path:
        """Folder of the office's submissions."""
        return self.root / "data" / "raw"

    @property
    def sample_dir(self) -> Path:
        """Folder of the labelled sample."""
        return self.raw_dir / "sample"

    def submissions_dir(self, sample: bool) -> Path:
        """Folder of the labelled sample, or of the office's submissions."""
        return self.sample_dir if sample else self.raw_dir

    def raw_of(self, parameters: Mapping[str, object]) -> Path:
        """Folder of submissions that a run was given; the project's own if that is gone.

        ``parameters`` are those of its run.json: the project may have been moved since.
        """
        folder = Path(str(parameters["raw_dir"]))
        return folder if folder.is_dir() else self.submissions_dir(bool(parameters["sample"]))

    @property
    def reports_root(self) -> Path:
        """Folder of all reports."""
        return self.out / "reports"

    def processed(self, as_of: str) -> Path:
        """Folder of the tables of one run."""
        return self.out / "data" / "processed" / as_of

    def figures(self, as_of: str) -> Path:
        """Folder of the figures of one run."""
        return self.out / "figures" / as_of

    def reports(self, as_of: str) -> Path:
        """Folder of the documents of one run."""
        return self.reports_root / as_of

    def run_dir(self, as_of: str) -> Path:
        """Folder of the executed notebooks and run.json of one run."""
        return self.reports(as_of) / "run"

    def runs(self) -> dict[str, dict]:
        """Record (run.json) of every run that happened, by its ``as_of``, oldest first."""
        paths = sorted(self.reports_root.glob("????-??-??/run/run.json"))
        records = {path.parents[1].name: files.read_json(path) for path in paths}
        return {as_of: record for as_of, record in records.items() if record}


def is_date(name: str) -> bool:
    """Whether ``name`` is a calendar date YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


class KitError(Exception):
    """Something the user can mend; the message says what, where and how. ``exit_code`` is 1."""

    exit_code = 1


class UsageError(KitError):
    """Wrong use of a command; ``exit_code`` is 2."""

    exit_code = 2
