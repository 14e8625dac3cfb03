"""The three decisions a committee is asked to take, computed, each with number and addressee.

1. where help changes the province's chance most; 2. whose figures are missing, doubtful or in
conflict where they would settle a verdict; 3. which goal needs another pace or another reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import lead_name
from xhht_analysis.publishing.labels import rounded_percent
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import NAN, Statement

NOISE = 0.01
"""A gain of the province's chance that is smaller, and a difference of two gains that is not
larger, may be another with other draws: of 4,000, a gain of 13 points has a standard error of 0.5,
a difference of two such gains of at most 0.75 (docs/methodology.md, section 2)."""
MAX_ITEMS = 3
DOUBTFUL_FIGURES = ("doubtful_dropped", "submitted_percent")
"""Variants of the data that a sender can settle by checking figures."""


@dataclass(frozen=True)
class Decision:
    """What is asked, the figures it rests on (one text per goal or reason), and who acts."""

    asked: str
    basis: tuple[str, ...]
    addressee: str


def decisions(run: ReportData) -> list[Decision]:
    """The decisions that this run gives reason to ask, at most three."""
    found = (help_decision(run), data_decision(run), course_decision(run))
    return [one for one in found if one is not None]


def leverages(run: ReportData) -> pd.DataFrame:
    """Gain of the province's chance in the last target year, by district and goal, largest first.

    Columns: goal_code, unit_code, gain (0-1, if the district reached the target) and
    gain_per_point (the same for each point of percent a year of the extra pace with which the
    district would reach it in 80 % of cases; NaN where it needs none). Districts that share the
    chance of a level share their mean gain: theirs differ by the draws alone.
    """
    said = (s for s in run.statements(run.last_year) if s.is_forecast and s.key != "very_likely")
    rows = where(
        run.verdicts.dropna(subset=["leverage", "prob_reached"]),
        target_year=run.last_year,
        goal_code=[s.goal_code for s in said],
        unit_code=list(run.districts["unit_code"]),
    )
    extra = rows["extra_pace_80"].where(rows["extra_pace_80"] > 0)
    chance = rows["prob_reached"].map(rounded_percent, na_action="ignore")
    level = rows["current"].mask(chance.groupby(rows["goal_code"]).transform("nunique") == 1, 0)
    level = level.astype(object).where(rows["goal_code"].map(run.is_level), rows["unit_code"])
    gain = rows.groupby(["goal_code", chance, level], dropna=False)["leverage"].transform("mean")
    rows = rows.assign(gain=gain, gain_per_point=gain / extra)
    rows = rows.sort_values("leverage", ascending=False, ignore_index=True)
    return rows[["goal_code", "unit_code", "gain", "gain_per_point"]]


def help_decision(run: ReportData) -> Decision | None:
    """The goal, and the districts with it, where help raises the province's chance most.

    Gains that differ by no more than `NOISE` are one: those districts are named together.
    """
    rows = leverages(run)
    if rows.empty or rows.loc[0, "gain"] < NOISE:
        return None
    code, best = rows.loc[0, "goal_code"], rows.loc[0, "gain"]
    rows = rows[rows["gain"] >= best - NOISE]
    units = list(where(rows, goal_code=code)["unit_code"])
    said, there = (run.statement(code, run.last_year, unit) for unit in ("", units[0]))
    several = "_one_of" if len(units) > 1 else ""
    texts = {
        "unit": ", ".join(run.names[unit] for unit in units),
        "n": len(units),
        "gain": run.labels.number(100 * best),
        "target": there.amount(there.need, 0),
        "lead": lead_name(run, code),
    }
    asked, basis, who = (
        said.say(f"decision.{key}", **texts)
        for key in (f"help{several}", f"help{several}_basis", f"help{several}_who")
    )
    others = rows[rows["goal_code"] != code].groupby("goal_code", sort=False)["unit_code"]
    others = [f"{run.title(g)} ({run.labels.some(list(u.map(run.names)))})" for g, u in others]
    close = run.word("decision.help_close", goals="; ".join(others)) if others else ""
    nearest = _nearest(run, said, units) if several else ""
    return Decision(asked, tuple(filter(None, (basis, nearest, close))), who)


def _nearest(run: ReportData, said: Statement, units: list[str]) -> str:
    """Which of these districts has most of its communes at the level asked; else that none has."""
    required = run.ordered_goals.loc[said.goal_code, "level_required"]
    rows = where(run.panel, indicator_code=said.indicator_code, year=run.panel["year"].max())
    level = rows["level"].fillna(rows["level_derived_min"])
    communes = where(run.units, level="commune", district_code=units)
    met = communes["unit_code"].isin(rows["unit_code"][level >= required])
    share = met.groupby(communes["district_code"]).agg(["sum", "size", "mean"])
    first = share[share["mean"].gt(0) & share["mean"].eq(share["mean"].max())]
    if first.empty or len(first) == len(units):
        return run.word("decision.help_no_choice")
    parts = [f"{run.names[unit]} ({n}/{of})" for unit, n, of, _ in first.itertuples()]
    return said.say("decision.help_nearest", names=", ".join(parts))


def data_decision(run: ReportData) -> Decision | None:
    """Figures that are missing, doubtful or in conflict where they would settle a verdict."""
    items = list(unsettled(run))
    if not items:
        return None
    word = run.word
    silent = [said for said, *_ in items if said.key == "no_data"]
    few = len(silent) <= MAX_ITEMS
    named = [item for item in items if few or item[0].key != "no_data"]
    shown = [f"{said.title} ({said.target_year}): {why}" for said, why, _ in named[:MAX_ITEMS]]
    if not few:
        years = ", ".join(sorted({str(said.target_year) for said in silent}))
        shown.append(word("decision.no_data_of", n=len(silent), years=years))
    if more := len(named[MAX_ITEMS:]):
        shown.append(word("more_items", n=more))
    basis = [f"{text}." for text in shown]
    counted = [(said.goal_code, said.target_year) for said, *_ in items]
    others = [s for s in run.all_statements() if (s.goal_code, s.target_year) not in counted]
    assumed = [s for s in others if s.depends_on and not _hangs_on_figures(s)]
    if assumed:
        basis.append(word("decision.assumed", n=len(assumed)))
    return Decision(word("decision.data", n=len(items)), tuple(basis), _asked_for_data(run, items))


def _asked_for_data(run: ReportData, items: list) -> str:
    """Lead agencies by name, then the units that have not reported: many are a number."""
    who = dict.fromkeys(name for *_, names in items for name in names)
    leads = {lead_name(run, goal_code) for goal_code in run.ordered_goals.index}
    agencies = [name for name in who if name in leads]
    units = [name for name in who if name not in leads]
    if len(units) > MAX_ITEMS:
        units = [run.word("decision.silent_units", n=len(units))]
    return ", ".join([*agencies, *units])


def _hangs_on_figures(said: Statement) -> bool:
    return said.depends_on in DOUBTFUL_FIGURES


def unsettled(run: ReportData) -> Iterator[tuple[Statement, str, list[str]]]:
    """Statements whose verdict a figure would settle: statement, what is wrong, who can mend it."""
    word = run.word
    for said in run.all_statements():
        shown = said.latest if said.is_forecast else said.actual
        lead, sent = [lead_name(run, said.goal_code)], said.other_source
        if sent and shown and shown.exact and said.meets(sent.low) != said.meets(shown.low):
            texts = {"other": said.range_text(sent), "shown": said.range_text(shown)}
            yield said, said.say(f"decision.{said.source_key}", **texts), lead
        elif shown and said.meets(shown.high) != said.meets(shown.low):
            why = word("decision.missing", year=shown.year, shown=said.range_text(shown))
            yield said, why, _silent(said) or lead
        elif _hangs_on_figures(said):
            without = said.labels.chance(said.variants.get(said.depends_on, NAN))
            why = ", ".join(filter(None, [said.condition(said.depends_on), without]))
            yield said, why, lead
        elif said.key == "no_data":
            yield said, word("decision.no_data"), lead + _silent(said)


def _silent(said: Statement) -> list[str]:
    return list(said.gap.silent) if said.gap else []


def slow_goals(run: ReportData) -> list[Statement]:
    """Goals very unlikely in the last target year, least likely first; else the least likely share.

    A goal that is at its target today needs no other pace.
    """
    behind = [s for s in run.statements(run.last_year) if not (s.is_hopeful or s.at_target)]
    worst = [s for s in behind if s.key == "very_unlikely"]
    shares = [s for s in behind if s.is_forecast and s.measure_unit == "percent"]
    return sorted(worst, key=_chance) or sorted(shares, key=_chance)[:1]


def _chance(said: Statement) -> float:
    """Chance, or the greatest of a range."""
    return said.chance if said.is_forecast else said.chance_range[1]


def _pace(run: ReportData, said: Statement, named: bool) -> str:
    """Chance of a goal and what it lacks, after its title if ``named``."""
    chance = run.word("chance_bound", p=said.bare_chance)
    chance = run.labels.chance(said.chance) if said.is_forecast else chance
    notes = [sentences.sentence(name, run, said) for name in ("effort", "chance_note")]
    head = f"“{said.title}”: {chance}." if named else f"{chance.capitalize()}."
    return " ".join([head, *filter(None, notes)])


def course_decision(run: ReportData) -> Decision | None:
    """The goals that need another pace, and the goals whose verdict hangs on a reading."""
    word, year, asked, basis, who = run.word, run.last_year, [], [], []
    slow = slow_goals(run)
    if slow:
        titles = ", ".join(f"“{s.title}”" for s in slow)
        asked.append(word("decision.pace", goals=titles, year=year))
        basis += [_pace(run, s, named=len(slow) > 1) for s in slow]
        who += [lead_name(run, s.goal_code) for s in slow]
    disputes = {}  # of each goal the first year
    for said in run.all_statements():
        for reading in said.readings:
            if reading.is_hopeful != said.is_hopeful:
                disputes.setdefault(said.goal_code, (said, reading))
    for said, reading in disputes.values():
        texts = {"what": reading.reading_text, "other": reading.assessment}
        basis.append(said.say("decision.dispute", **texts))
    ended = [s for s in run.statements(year) if s.key == "no_object"]
    for key, goals in (("reading", [s for s, _ in disputes.values()]), ("no_object", ended)):
        if goals:
            titles = "; ".join(s.title for s in goals)
            asked.append(word(f"decision.{key}", goal=titles))
            who.append(word("addressee"))
    if not asked:
        return None
    if ended:
        basis.append(word("decision.no_object_basis"))
    return Decision(" ".join(asked), tuple(basis), ", ".join(dict.fromkeys(who)))
