"""Which figures a run has, under which file names."""

from __future__ import annotations

from matplotlib.figure import Figure

from xhht_analysis.publishing.figures import goals as figures_goals
from xhht_analysis.publishing.figures import places as figures_places
from xhht_analysis.publishing.material import Material

SHARE_KINDS = ("share_people", "share_institutions")


def draw_overviews(material: Material) -> dict[str, Figure]:
    """Figures of the whole plan by file name."""
    return {"overview": figures_goals.plot_overview(material)}


def draw_goals(material: Material) -> dict[str, Figure]:
    """One fan per goal, in the plan's order."""
    codes = material.ordered_goals["goal_code"]
    return {f"fan_{code}": figures_goals.plot_fan(material, code) for code in codes}


def draw_places(material: Material) -> dict[str, Figure]:
    """Figures of the districts: shares, levels, reports received."""
    goals = material.ordered_goals
    shares = goals[goals["kind"].isin(SHARE_KINDS)]["goal_code"]
    drawn = {
        f"districts_{code}": figures_places.plot_districts(material, code)
        for code in shares
        if not material.observed(code).empty
    }
    drawn["ladder"] = figures_places.plot_ladder(material)
    return drawn | {"calendar": figures_places.plot_calendar(material)}
