"""Which figures a run has, under which file names."""

from __future__ import annotations

from matplotlib.figure import Figure

from xhht_analysis.publishing.figures import goals, pace, places
from xhht_analysis.publishing.material import TARGET_YEARS, Material

SHARE_KINDS = ("share_people", "share_institutions")
YEAR = TARGET_YEARS[-1]


def draw_overviews(material: Material) -> dict[str, Figure]:
    """Figures of the whole plan by file name."""
    return {"tally": goals.plot_tally(material), "overview": goals.plot_overview(material)}


def draw_goals(material: Material) -> dict[str, Figure]:
    """One fan per goal, in the plan's order."""
    codes = material.ordered_goals["goal_code"]
    return {f"fan_{code}": goals.plot_fan(material, code) for code in codes}


def draw_dots(material: Material) -> dict[str, Figure]:
    """Twenty outcomes of every goal that has a forecast of the last target year."""
    codes = material.ordered_goals.index
    known = [code for code in codes if pace.has_outcomes(material.verdict(code, YEAR))]
    return {f"dots_{code}": pace.plot_dots(material, code, YEAR) for code in known}


def draw_pace(material: Material) -> dict[str, Figure]:
    """Distance, pace, change since the last run, and how past forecasts held."""
    drawn = {
        "dumbbell": pace.plot_dumbbell(material, YEAR),
        "peers": pace.plot_peers(material, YEAR),
        "track": pace.plot_track(material),
    }
    changed = {} if material.previous.empty else {"changes": pace.plot_changes(material, YEAR)}
    return drawn | changed


def draw_places(material: Material) -> dict[str, Figure]:
    """Figures of the districts: shares, chances, sketch maps, leverage, levels, reports."""
    rows = material.ordered_goals
    shares = [c for c in rows[rows["kind"].isin(SHARE_KINDS)].index if len(material.observed(c))]
    known = places.district_verdicts(material, YEAR)
    moved = set(known.dropna(subset="leverage")["goal_code"])
    drawn = {f"districts_{code}": places.plot_districts(material, code) for code in shares}
    drawn |= {f"tiles_{code}": places.plot_tiles(material, code, YEAR) for code in shares}
    for code in (c for c in rows.index if c in moved):
        drawn[f"leverage_{code}"] = pace.plot_leverage(material, code, YEAR)
    drawn["heatmap"] = places.plot_heatmap(material, YEAR)
    drawn["ladder"] = places.plot_ladder(material)
    return drawn | {"calendar": places.plot_calendar(material)}
