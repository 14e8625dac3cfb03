"""What a committee is asked to decide, computed: each with number, addressee and day.

Where help changes the province's chance most; whose figures are missing, doubtful or in conflict
where they would settle a verdict; which goals need measures, another pace or another reading, and
which have nothing left to be judged by.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from xhht_analysis.contracts import TOLERANCE
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import lead_name
from xhht_analysis.publishing.labels import STRUGGLING, rounded_percent
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

NOISE = 0.01
"""A gain of the province's chance that is smaller, and a difference of two gains that is not
larger, may be another with other draws: of 4,000, a gain of 13 points has a standard error of 0.5,
a difference of two such gains of at most 0.75 (docs/methodology.md, section 2)."""
NEAR = 2
"""Years before a target year in which its goals are asked for measures of their own."""
MAX_ITEMS, N_NEXT, HARDLY = 3, 2, 0.05
LATER = ("help", "pace")
"""Decisions whose results are of the year after; the others bear on the next report of the plan."""
DOUBTFUL_FIGURES = ("doubtful_dropped", "submitted_percent")
"""Variants of the data that a sender can settle by checking figures."""


@dataclass(frozen=True)
class Decision:
    """What is asked, of which goals, the figures it rests on, who acts and until when.

    ``kind`` is a macro of templates/decisions.j2; ``basis`` has one text per goal or reason;
    ``addressee`` names all who act, "; " between them; ``due`` is the last day (ISO) of a report
    that the plan asks for, empty after the plan's last.
    """

    kind: str
    goals: tuple[Statement, ...]
    asked: str
    basis: tuple[str, ...]
    addressee: str
    due: str
    number: int = 0


def decisions(run: ReportData) -> list[Decision]:
    """The decisions that this run gives reason to ask, numbered from 1."""
    asked = filter(None, [help_decision(run), data_decision(run), *course_decisions(run)])
    return [replace(one, number=n) for n, one in enumerate(asked, 1)]


def leverages(run: ReportData) -> pd.DataFrame:
    """Gain of the province's chance in the last target year, by district and goal, largest first.

    Columns, with those of the verdict: is_met (it stands at the target and would have to keep it),
    gain (0-1, if the district reached or kept the target), gain_per_point (the same for each point
    of percent a year of the extra pace with which the district would reach it in 80 % of cases; NaN
    where it needs none) and weight (gain times the district's own chance: help that is likely to
    arrive). Districts that share the chance of a level share their mean gain: theirs differ by the
    draws alone.
    """
    goals = [
        s.goal_code
        for s in run.statements(run.last_year)
        if s.is_forecast and s.key != "very_likely"
    ]
    rows = where(
        run.verdicts.dropna(subset=["leverage", "prob_reached"]),
        target_year=run.last_year,
        goal_code=goals,
        unit_code=list(run.districts["unit_code"]),
    )
    # districts at one level with one chance share a gain; no two shares stand at the same figure
    chance = rows["prob_reached"].map(rounded_percent)
    ties = rows.groupby(["goal_code", chance, "current"], dropna=False)
    gain, extra = ties["leverage"].transform("mean"), rows["extra_pace_80"]
    lack = (rows["target_value"] - rows["current"]) * rows["comparator"].map({">=": 1, "<=": -1})
    rows = rows.assign(
        is_met=lack <= TOLERANCE,
        gain=gain,
        gain_per_point=gain / extra.where(extra > 0),
        weight=gain * rows["prob_reached"],
    )
    return rows.sort_values("gain", ascending=False, kind="stable", ignore_index=True)


def candidates(run: ReportData) -> pd.DataFrame:
    """Rows of `leverages` that help could bring to a target, the best first.

    A district at the target is none, nor one that could hardly reach it (its own chance is below
    `HARDLY`); of a level goal those are that stand nearest below the level; a goal with a tested
    forecast goes before one without. Gains below `NOISE` are left out.
    """
    rows = leverages(run)
    rows = rows[~rows["is_met"]]
    nearest = rows.groupby("goal_code")["current"].transform("max")
    is_share = ~rows["goal_code"].map(run.is_level).astype(bool)
    rows = rows[(is_share | rows["current"].eq(nearest)) & (rows["gain"] >= NOISE)]
    rows = rows[rows["weight"] >= HARDLY * rows["gain"]]
    doubts = {s.goal_code: bool(s.doubt) for s in run.statements(run.last_year)}
    rows = rows.assign(is_doubtful=rows["goal_code"].map(doubts))
    by = {"by": ["is_doubtful", "weight"], "ascending": [True, False]}
    return rows.sort_values(**by, kind="stable", ignore_index=True)


def help_decision(run: ReportData) -> Decision | None:
    """The goal, and the districts with it, where help is most likely to raise the chance.

    Of a level as many districts as the province lacks: those whose rates are nearest to the level,
    where the rates tell.
    """
    rows = candidates(run)
    if rows.empty:
        return None
    code = rows["goal_code"].iloc[0]
    gains = where(rows, goal_code=code).set_index("unit_code")["gain"]
    units = list(gains.index)
    whole, nearest, lacks, n = run.statement(code, run.last_year), units[:1], {}, 1
    if run.is_level(code):
        n = max(1, round(whole.need - whole.latest.low)) if whole.latest else 1
        lacks = shortfalls(run, code).reindex(units).dropna().round(1).sort_values()
        lacks = lacks[lacks.rank(method="min") <= n]
        lacks = lacks if n <= len(lacks) < len(units) else lacks.head(0)
        nearest = list(lacks.index) or units
    others = rows[rows["goal_code"].ne(code) | ~rows["unit_code"].isin(nearest)]
    others = others.groupby(["goal_code", "gain"], sort=False)["unit_code"].agg(list).head(N_NEXT)
    return _decision("help", run, [whole], nearest, lacks, n, units, gains[nearest], others)


def shortfalls(run: ReportData, goal_code: str) -> pd.Series:
    """By district, points of percent by which rates fall short of those that its level asks.

    It is the figure that decides the level in the forecast, too: that of the last of a district's
    communes that the level asks for. Districts of whose communes less than half are known, or that
    have no communes' rates of the latest year, are left out.
    """
    goal, year = run.ordered_goals.loc[goal_code], run.panel["year"].max()
    key = {"indicator_code": goal["indicator_code"], "level": goal["level_required"]}
    rows = where(run.level_figures, year=year, **key).set_index("unit_code")
    return (rows["asked"] - rows["value"]).clip(lower=0)


def data_decision(run: ReportData) -> Decision | None:
    """Figures that are missing, doubtful or in conflict where they would settle a verdict.

    Goals with the same reason are named together, the first `MAX_ITEMS` of them and of the reasons.
    """
    items, reasons, silent = list(unsettled(run)), {}, {}
    for statement, why, names in items:
        reasons.setdefault(why, {}).setdefault(statement.title, []).append(statement.target_year)
        silent |= dict.fromkeys(names)
    goals = [statement for statement, *_ in items]
    return _decision("data", run, goals, reasons, silent, MAX_ITEMS) if items else None


def unsettled(run: ReportData) -> Iterator[tuple[Statement, str, list[str]]]:
    """Statements whose verdict a figure would settle: statement, what is wrong, who is silent."""
    newest = run.panel["year"].max()
    for one in (s for s in run.all_statements() if s.has_object):
        shown, other = one.latest if one.is_forecast else one.actual, one.other_source
        if one.is_contested:
            texts = {"other": one.range_text(other), "shown": one.range_text(shown)}
            yield one, one.say(f"decision.{one.source_key}", **texts), []
        elif shown and one.meets(shown.high) != one.meets(shown.low):
            texts = {"year": shown.year, "shown": one.range_text(shown)}
            yield one, run.word("decision.missing", **texts), _silent(run, one)
        elif one.depends_on in DOUBTFUL_FIGURES:
            without = one.labels.chance(one.variants.get(one.depends_on))
            yield one, ", ".join(filter(None, [one.condition(one.depends_on), without])), []
        elif one.key == "no_data" and not (
            one.latest and one.latest.exact and one.latest.year == newest
        ):
            yield one, run.word("decision.no_data"), _silent(run, one)


def _silent(run: ReportData, statement: Statement) -> list[str]:
    """Names of units that have not reported and still exist."""
    ended = [] if run.province.has_districts(run.as_of) else run.districts["short_name"]
    return [
        name for name in (statement.gap.silent if statement.gap else ()) if name not in set(ended)
    ]


def near_goals(run: ReportData) -> list[Statement]:
    """Goals unlikely in a target year before the last that is at most `NEAR` away."""
    now = int(run.as_of[:4])
    years = (year for year in run.target_years[:-1] if 0 <= year - now <= NEAR)
    return [s for year in years for s in _behind(run, year)]


def slow_goals(run: ReportData) -> list[Statement]:
    """Goals unlikely in the last target year, least likely first; if any is very unlikely, those.

    A range of chances counts where the greatest of them is unlikely.
    """
    rows = sorted(_behind(run, run.last_year), key=_chance)
    return [s for s in rows if s.has_range or s.key == "very_unlikely"] or rows


def _behind(run: ReportData, year: int) -> list[Statement]:
    """Goals unlikely in a target year; one that is at its target today needs no other pace."""
    ahead = (s for s in run.statements(year) if (s.is_forecast or s.has_range) and not s.at_target)
    return [s for s in ahead if classify(_chance(s)) in STRUGGLING]


def _chance(statement: Statement) -> float:
    """Chance, or the greatest of a range."""
    return statement.chance if statement.is_forecast else statement.chance_range[1]


def disputes(run: ReportData) -> list[tuple[Statement, Statement]]:
    """Of each goal whose verdict hangs on how the plan is read the first year, and the other."""
    first = {}
    for statement in run.all_statements():
        for reading in statement.readings:
            if reading.is_hopeful != statement.is_hopeful:
                first.setdefault(statement.goal_code, (statement, reading))
    return list(first.values())


def course_decisions(run: ReportData) -> Iterator[Decision]:
    """Goals that were missed, need measures, a pace or a reading, or cannot be judged any more."""
    last, disputed = run.statements(run.last_year), disputes(run)
    kinds = {
        "missed": [s for s in last if s.key == "missed"],
        "near": near_goals(run),
        "pace": slow_goals(run),
        "reading": [statement for statement, _ in disputed],
        "no_object": [s for s in last if s.key == "no_object"],
    }
    for kind, goals in kinds.items():
        if goals:
            yield _decision(kind, run, goals, shortfalls, disputed)


def _decision(kind: str, run: ReportData, goals: list[Statement], *facts: object) -> Decision:
    """The decision in words: the macro of templates/decisions.j2 tells its facts."""
    leads = {code: lead_name(run, code) for code in run.ordered_goals.index}
    asked, *basis, who = sentences.lines("decisions.j2", kind, run, leads, goals, *facts)
    year, day = int(run.as_of[:4]), max(run.agencies["deadline"].dropna(), default="12-31")
    days = [f"{y}-{day}" for y in (year, year + 1) if y <= run.last_year]
    due = ["", *(day for day in days if day >= run.as_of)][: None if kind in LATER else 2]
    return Decision(kind, tuple(goals), asked, tuple(basis), who, due[-1])
