"""Which figures a run has, under which file names.

Each function names figures and how to draw them; none is drawn before it is saved, and none is
kept: a drawn figure holds thousands of objects.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from matplotlib.figure import Figure

from xhht_analysis.publishing.figures import goals, pace, places
from xhht_analysis.publishing.material import TARGET_YEARS, Material

SHARE_KINDS = ("share_people", "share_institutions")
YEAR = TARGET_YEARS[-1]
Sketches = dict[str, Callable[[], Figure]]


def overviews(material: Material) -> Sketches:
    """Figures of the whole plan by file name."""
    drawn = {"tally": goals.plot_tally, "overview": goals.plot_overview}
    return {name: partial(plot, material) for name, plot in drawn.items()}


def fans(material: Material) -> Sketches:
    """One fan per goal, in the plan's order."""
    codes = material.ordered_goals["goal_code"]
    return {f"fan_{code}": partial(goals.plot_fan, material, code) for code in codes}


def dots(material: Material) -> Sketches:
    """Twenty outcomes of every goal that has a forecast of the last target year."""
    codes = material.ordered_goals.index
    known = [code for code in codes if pace.has_outcomes(material.verdict(code, YEAR))]
    return {f"dots_{code}": partial(pace.plot_dots, material, code, YEAR) for code in known}


def paces(material: Material) -> Sketches:
    """Distance, pace, change since the last run, and how past forecasts held."""
    drawn = {
        "dumbbell": partial(pace.plot_dumbbell, material, YEAR),
        "peers": partial(pace.plot_peers, material, YEAR),
        "track": partial(pace.plot_track, material),
    }
    if not material.previous.empty:
        drawn["changes"] = partial(pace.plot_changes, material, YEAR)
    return drawn


def districts(material: Material) -> Sketches:
    """Figures of the districts: shares, chances, sketch maps, leverage, levels, reports."""
    rows = material.ordered_goals
    shares = [c for c in rows[rows["kind"].isin(SHARE_KINDS)].index if len(material.observed(c))]
    known = places.district_verdicts(material, YEAR)
    moved = set(known.dropna(subset="leverage")["goal_code"])
    drawn = {f"districts_{c}": partial(places.plot_districts, material, c) for c in shares}
    drawn |= {f"tiles_{c}": partial(places.plot_tiles, material, c, YEAR) for c in shares}
    for code in (c for c in rows.index if c in moved):
        drawn[f"leverage_{code}"] = partial(pace.plot_leverage, material, code, YEAR)
    drawn["heatmap"] = partial(places.plot_heatmap, material, YEAR)
    drawn["ladder"] = partial(places.plot_ladder, material)
    return drawn | {"calendar": partial(places.plot_calendar, material)}
