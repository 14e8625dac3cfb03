"""The three decisions a committee is asked to take, computed, each with number and addressee.

1. where help changes the province's chance most; 2. whose figures are missing, doubtful or in
conflict where they would settle a verdict; 3. which goal needs another pace or another reading.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import lead_name
from xhht_analysis.publishing.labels import rounded_percent
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statement_facts import sharing
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
    """The district and goal where help raises the province's chance most.

    Districts that have one chance in common are named together: their gains differ by the draws.
    """
    rows = leverages(run)
    if rows.empty or rows.loc[0, "gain"] < NOISE:
        return None
    code, district, *_ = rows.loc[0]
    sharers = sharing(run, code, run.last_year, district) or [district]
    is_group = rows["goal_code"].eq(code) & rows["unit_code"].isin(sharers)
    group, close = rows[is_group], rows[~is_group]
    close = close[close["gain"] >= rows.loc[0, "gain"] - NOISE]
    one = _one_of(run, group) if len(group) > 1 else _one_district(run, group)
    basis = [*one.basis]
    if names := [_with_goals(run, code, *pair) for pair in close.groupby("unit_code", sort=False)]:
        basis.append(run.word("decision.help_close", names=run.labels.some(names)))
    mine = where(rows, goal_code=code).nlargest(1, "gain_per_point").dropna()
    for top in mine.itertuples():
        gain = run.labels.number(100 * top.gain_per_point, 1)
        unit = run.names[top.unit_code]
        basis.append(run.word("decision.help_point", unit=unit, gain=gain))
    return replace(one, basis=tuple(basis))


def _one_district(run: ReportData, rows: pd.DataFrame) -> Decision:
    """Help for the district of the first of ``rows`` (of `leverages`)."""
    code, district, best, _ = rows.iloc[0]
    said, unit = run.statement(code, run.last_year), run.names[district]
    there = run.statement(code, run.last_year, district)
    gain = run.labels.number(100 * best)
    target = there.amount(there.need, 0)
    basis = (said.say("decision.help_basis", unit=unit, target=target, gain=gain),)
    if there.chance_text:
        basis += (there.say("decision.help_why", unit=unit),)
    who = run.word("decision.help_who", lead=lead_name(run, code), unit=unit)
    return Decision(said.say("decision.help", unit=unit), basis, who)


def _one_of(run: ReportData, rows: pd.DataFrame) -> Decision:
    """Help for one of the districts of ``rows``, which stand at one level and share its chance."""
    code, district = rows.iloc[0][["goal_code", "unit_code"]]
    said, there = (run.statement(code, run.last_year, unit) for unit in ("", district))
    texts = {
        "n": len(rows),
        "level": there.range_text(there.latest),
        "names": ", ".join(rows["unit_code"].map(run.names)),
        "target": there.amount(there.need, 0),
        "gain": run.labels.number(100 * rows["gain"].mean()),
        "own": there.as_tested(there.bare_chance),
    }
    asked, basis = (
        said.say(f"decision.{key}", **texts) for key in ("help_one_of", "help_one_of_basis")
    )
    return Decision(
        asked, (basis,), run.word("decision.help_one_of_who", lead=lead_name(run, code))
    )


def _with_goals(run: ReportData, goal_code: str, unit_code: str, rows: pd.DataFrame) -> str:
    """Name of a district, with its goals unless the only one is ``goal_code``."""
    titles = "; ".join(map(run.title, rows["goal_code"]))
    alone = list(rows["goal_code"]) == [goal_code]
    return run.names[unit_code] + ("" if alone else f" ({titles})")


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
    word, later = run.word, []
    for said in run.all_statements():
        shown = said.latest if said.is_forecast else said.actual
        lead, sent = [lead_name(run, said.goal_code)], said.other_source
        if sent and shown and shown.exact and said.meets(sent.low) != said.meets(shown.low):
            texts = {"other": said.range_text(sent), "shown": said.range_text(shown)}
            yield said, said.say(f"decision.{said.source_key}", **texts), lead
        elif shown and said.meets(shown.high) != said.meets(shown.low):
            names = run.silent_units(said.indicator_code, shown.year)
            why = word("decision.missing", year=shown.year, shown=said.range_text(shown))
            yield said, why, names or lead
        elif _hangs_on_figures(said):
            without = said.labels.chance(said.variants.get(said.depends_on, NAN))
            why = ", ".join(filter(None, [said.condition(said.depends_on), without]))
            yield said, why, lead
        elif said.key == "no_data":
            later.append((said, word("decision.no_data"), lead + run.lacking(said)[1]))
    yield from later


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
    disputes = {}  # of each goal the latest year that is settled, else the first
    for said in run.all_statements():
        for reading in said.readings:
            first = not said.is_forecast or said.goal_code not in disputes
            if first and reading.is_hopeful != said.is_hopeful:
                disputes[said.goal_code] = said, reading
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
