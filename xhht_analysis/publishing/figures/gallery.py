"""Which figures a run has, under which file names, and the pictures once they are drawn.

Each entry names a figure and how to draw it; none is drawn before it is asked for.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.figures import courses, grids, plan
from xhht_analysis.publishing.figures.base import picture_or_note, save_figure
from xhht_analysis.publishing.report_data import COUNTED_KIND, SHARE_KINDS, ReportData

Sketches = dict[str, Callable[[], Figure]]


def report_figures(run: ReportData) -> Sketches:
    """The figures of the report: all goals, levels, shares, pace, chances by district.

    Without a goal of its kind there is no figure.
    """
    kinds = set(run.ordered_goals["kind"])
    drawn = {"overview": plan.plot_overview, "heatmap": grids.plot_heatmap}
    if kinds & {*SHARE_KINDS}:
        drawn |= {"shares": courses.plot_shares, "pace": plan.plot_pace}
    if COUNTED_KIND in kinds:
        drawn["ladder"] = grids.plot_ladder
    return {name: partial(plot, run) for name, plot in drawn.items()}


def annex_figures(run: ReportData) -> Sketches:
    """The figures of the annex: every share in the province and by district."""
    shares = {s.goal_code: s for s in run.all_statements() if s.kind in SHARE_KINDS and s.history}
    return {f"districts_{code}": partial(courses.plot_districts, run, code) for code in shares}


def save_all(run: ReportData, sketches: Sketches, folder: str | Path) -> dict[str, Block]:
    """Draw and save one figure after the other (empty ``folder``: nowhere); blocks by name."""
    return {
        name: picture_or_note(run, lambda d=draw, n=name: save_figure(d(), folder, n))
        for name, draw in sketches.items()
    }


def pictures(run: ReportData, folder: str | Path = "") -> Callable[..., list[Block]]:
    """What gives the pictures of this run by name, as notebook 04 has drawn them into ``folder``.

    A picture that is not there is drawn; a name that the run has no figure for gives none.
    """
    sketches = report_figures(run) | annex_figures(run)

    def drawn(*names: str) -> list[Block]:
        """Pictures of these names, in their order."""
        files = {name: Path(folder) / f"{name}.png" for name in names if name in sketches}
        return [
            picture_or_note(run, file.read_bytes if folder and file.is_file() else sketches[name])
            for name, file in files.items()
        ]

    return drawn
