"""The three decisions a committee is asked to take, computed, each with number and addressee.

1. where help changes the province's chance most; 2. whose figures are missing, doubtful or in
conflict where they would settle a verdict; 3. which goal needs another pace or another reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import lead_name
from xhht_analysis.publishing.blocks import Block, table
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.statements import Statement

WORTH_SAYING = 0.005
"""A smaller gain of the province's chance is noise."""
MAX_ITEMS = 3


@dataclass(frozen=True)
class Decision:
    """What is asked, the figures it rests on, and who acts."""

    asked: str
    basis: str
    addressee: str


def decisions(run: Material) -> list[Decision]:
    """The decisions that this run gives reason to ask, at most three."""
    found = (help_decision(run), data_decision(run), course_decision(run))
    return [one for one in found if one is not None]


def decision_table(run: Material) -> Block:
    """The decisions as a table of three columns."""
    word = run.labels.word
    rows = [[f"{i}. {d.asked}", d.basis, d.addressee] for i, d in enumerate(decisions(run), 1)]
    heads = [word("col.asked"), word("col.basis"), word("col.addressee")]
    return table(
        word("decision.caption"), heads, rows or [[word("decision.none"), "–", "–"]], cards=True
    )


def leverages(run: Material, year: int = 0) -> pd.DataFrame:
    """Gain of the province's chance by district and goal, the largest first.

    Columns: goal_code, unit_code, gain (0-1, if the district reached the target) and
    gain_per_point (the same for each point of percent a year of the extra pace with which the
    district would reach it in 80 % of cases; NaN where it needs none).
    """
    year, rows = year or run.last_year, run.verdicts
    rows = rows[
        (rows["target_year"] == year)
        & rows["leverage"].notna()
        & rows["unit_code"].isin(run.districts["unit_code"])
    ]
    said = [s for s in run.statements(year) if s.is_forecast and s.key != "very_likely"]
    open_ = [s.goal_code for s in said]
    rows = rows[rows["goal_code"].isin(open_)]
    extra = rows["extra_pace_80"].where(rows["extra_pace_80"] > 0)
    table_ = rows[["goal_code", "unit_code"]].assign(
        gain=rows["leverage"], gain_per_point=rows["leverage"] / extra
    )
    return table_.sort_values("gain", ascending=False, ignore_index=True)


def help_decision(run: Material) -> Decision | None:
    """The district and goal where help raises the province's chance most."""
    rows = leverages(run)
    if rows.empty or rows.loc[0, "gain"] < WORTH_SAYING:
        return None
    best, word = rows.loc[0], run.labels.word
    said, unit = run.statement(best["goal_code"], run.last_year), run.names[best["unit_code"]]
    goal = run.statement(best["goal_code"], run.last_year, best["unit_code"])
    target = goal.amount(goal.need, 0)
    basis = word(
        "decision.help_basis",
        unit=unit,
        target=target,
        chance=said.chance_text,
        gain=run.labels.number(100 * best["gain"], 1),
    )
    mine = rows[rows["goal_code"] == best["goal_code"]].dropna(subset="gain_per_point")
    if len(mine):
        top = mine.loc[mine["gain_per_point"].idxmax()]
        gain = run.labels.number(100 * top["gain_per_point"], 1)
        basis += " " + word("decision.help_point", unit=run.names[top["unit_code"]], gain=gain)
    asked = word("decision.help", unit=unit, goal=said.title, year=run.last_year)
    who = word("decision.help_who", lead=lead_name(run, said.goal_code), unit=unit)
    return Decision(asked, basis, who)


def data_decision(run: Material) -> Decision | None:
    """Figures that are missing or in conflict where they would settle a verdict."""
    items = list(unsettled(run))
    if not items:
        return None
    word = run.labels.word
    shown = [f"{said.title} ({said.target_year}): {why}" for said, why, _ in items[:MAX_ITEMS]]
    more = len(items) - len(shown)
    basis = "; ".join(shown) + (f"; {word('more_items', n=more)}" if more else "") + "."
    who = list(dict.fromkeys(who for *_, who in items))
    return Decision(word("decision.data", n=len(items)), basis, run.labels.some(who, 4))


def unsettled(run: Material) -> Iterator[tuple[Statement, str, str]]:
    """Statements whose verdict a figure would settle: statement, what is wrong, who can mend it."""
    word = run.labels.word
    later = []
    for year in run.target_years:
        for said in run.statements(year):
            shown = said.latest if said.is_forecast else said.actual
            lead = lead_name(run, said.goal_code)
            sent = said.other_source
            if sent and shown and shown.exact and said.meets(sent.low) != said.meets(shown.low):
                key = f"decision.{said.source_key}"
                texts = {"other": said.range_text(sent), "shown": said.range_text(shown)}
                yield said, word(key, **texts), lead
            elif shown and said.meets(shown.high) and not said.meets(shown.low):
                names = run.labels.some(run.silent_units(said.indicator_code, shown.year))
                why = word("decision.missing", year=shown.year, shown=said.range_text(shown))
                yield said, why, names or lead
            elif said.key == "no_data":
                later.append((said, word("decision.no_data"), lead))
    yield from later


def course_decision(run: Material) -> Decision | None:
    """The goal furthest from its pace, and the goals whose verdict hangs on a reading."""
    word, asked, basis, who = run.labels.word, [], [], []
    slow = [
        s for s in run.statements(run.last_year) if s.is_forecast and s.measure_unit == "percent"
    ]
    slow = [s for s in slow if not s.is_hopeful and not s.at_target]
    if slow:
        said = min(slow, key=lambda s: s.chance)
        asked.append(word("decision.pace", goal=said.title, year=run.last_year))
        basis.append(
            f"{said.labels.chance(said.chance).capitalize()}. "
            f"{sentences.effort_sentence(said)} {sentences.chance_note(said)}".strip()
        )
        who.append(lead_name(run, said.goal_code))
    disputes = [
        (s, r)
        for y in run.target_years
        for s in run.statements(y)
        for r in s.readings
        if (r.verdict_class in sentences.HOPEFUL) != s.is_hopeful
    ]
    if disputes:
        titles = "; ".join(dict.fromkeys(s.title for s, _ in disputes))
        asked.append(word("decision.reading", goal=titles))
        basis += [
            word(
                "decision.dispute",
                goal=s.title,
                year=s.target_year,
                verdict=s.verdict_text,
                what=sentences.reading_condition(run, s, r),
                other=sentences.reading_verdict(s, r),
            )
            for s, r in {s.goal_code: (s, r) for s, r in reversed(disputes)}.values()
        ]
        who.append(word("addressee"))
    ended = [s for s in run.statements(run.last_year) if s.key == "no_object"]
    if ended:
        asked.append(word("decision.no_object", goal="; ".join(s.title for s in ended)))
        who.append(word("addressee"))
    if not asked:
        return None
    return Decision(" ".join(asked), " ".join(basis) or "–", ", ".join(dict.fromkeys(who)))
