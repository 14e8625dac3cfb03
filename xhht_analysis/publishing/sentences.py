"""Sentences computed from the tables: no number of the report is typed by hand.

Every function takes the `Material` and returns texts; change a row and its sentence changes.
"""

from __future__ import annotations

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.labels import CLASS_ORDER, HOPEFUL, WORRYING
from xhht_analysis.publishing.material import PROVINCE, TARGET_YEARS, Material


def goal_sentences(material: Material, goal_code: str) -> list[str]:
    """Where the goal stands, and one paragraph per dated target."""
    verdicts = [v for y in TARGET_YEARS if (v := material.verdict(goal_code, y)) is not None]
    return [current_sentence(material, verdicts), *(target_sentence(material, v) for v in verdicts)]


def current_sentence(material: Material, verdicts: list[pd.Series]) -> str:
    """Latest observed value; a range when districts are missing."""
    known = [v for v in verdicts if material.current_text(v)]
    if not known:
        return material.labels.word("goal.no_current")
    last = max(known, key=lambda v: v["current_year"])
    key = "goal.current" if pd.notna(last["current"]) else "goal.current_bounds"
    value = material.current_text(last)
    return material.labels.word(key, year=int(last["current_year"]), value=value)


def target_sentence(material: Material, verdict: pd.Series) -> str:
    """One target: the class always with its number, range, pace, people, assumption."""
    word, name = material.labels.word, verdict["verdict_class"]
    target = commitment_text(material, verdict)
    year = int(verdict["target_year"])
    given = {"year": year, "target": target}
    parts = []
    if name in ("reached", "missed"):
        parts.append(_outcome(material, verdict, given))
    elif name == "no_data" or pd.isna(verdict["prob_reached"]):
        parts += [word("goal.no_data", year=year, target=target), pace_sentence(material, verdict)]
    else:
        chance = material.labels.chance(verdict["prob_reached"])
        verdict_word = material.labels.verdict(name)
        parts.append(
            word("goal.forecast", year=year, target=target, verdict=verdict_word, chance=chance)
        )
        if pd.notna(verdict["median"]) and pd.notna(verdict["q100"]) and pd.notna(verdict["q900"]):
            span = material.span(verdict, verdict["q100"], verdict["q900"])
            median = material.amount(verdict, verdict["median"])
            parts.append(word("goal.expect", median=median, range=span))
        parts.append(pace_sentence(material, verdict))
    if verdict["firmness"] == "depends" and pd.notna(verdict["depends_on"]):
        what = material.labels.known("variant", verdict["depends_on"])
        parts.append(word("goal.depends", what=what))
    if pd.notna(verdict["reason"]) and verdict["reason"]:
        remarks = [material.labels.known("reason", r) for r in split_codes(verdict["reason"])]
        parts.append(word("goal.reason", what="; ".join(r.rstrip(".") for r in remarks)))
    return " ".join(part for part in parts if part)


def _outcome(material: Material, verdict: pd.Series, given: dict) -> str:
    found, is_status = material.outcome(verdict), _is_status(verdict)
    gap = verdict["target_value"] - (found["low"] if found is not None else float("nan"))
    if verdict["verdict_class"] == "reached":
        key = "goal.exceeded" if gap < 0 and not is_status else "goal.reached"
    else:
        key = "goal.missed_plain" if pd.isna(gap) or is_status else "goal.missed"
    value, size = material.outcome_text(verdict), difference(material, verdict, abs(gap))
    return material.labels.word(key, gap=size, value=value, **given)


def _is_status(verdict: pd.Series) -> bool:
    """Whether the verdict is a level, whose difference says nothing."""
    return verdict["measure_unit"] == "level"


def difference(material: Material, verdict: pd.Series, gap: float) -> str:
    """Gap in percentage points or districts."""
    if verdict["measure_unit"] == "units":
        whole = abs(gap - round(gap)) < 0.05
        return material.labels.word("units", n=material.labels.number(gap, 0 if whole else 1))
    return material.labels.word("points", n=material.labels.number(gap, 1))


def commitment_text(material: Material, verdict: pd.Series) -> str:
    """Target in words, with the plan's "phấn đấu" or "duy trì" before it."""
    target = material.target(verdict["goal_code"], int(verdict["target_year"]))
    text = material.target_text(verdict)
    soft = target is not None and target["commitment"] in ("strive", "maintain")
    return f"{material.labels.word('commitment.' + target['commitment'])} {text}" if soft else text


def pace_sentence(material: Material, verdict: pd.Series) -> str:
    """Pace the target asks for, beside the pace so far, and in people a year."""
    need, own, word = verdict["pace_required"], verdict["pace_own"], material.labels.word
    if pd.isna(need) or _is_status(verdict):
        return ""
    if need <= 0:
        return word("goal.hold")
    pace = difference(material, verdict, need)
    if pd.isna(own):
        text = word("goal.pace", pace=pace)
    elif own <= 0:
        text = word("goal.pace_beyond", pace=pace)
    else:
        ratio = material.labels.number(need / own, 1)
        text = word("goal.pace_ratio", pace=pace, ratio=ratio)
    people = verdict["people_required"]
    if pd.isna(people) or people < 1 or verdict["measure_unit"] == "units":
        return text
    who = material.labels.known(
        "count_unit", str(material.indicator(verdict["indicator_code"]).get("count_unit_vi"))
    )
    return f"{text} {word('goal.people', n=material.labels.number(people), who=who)}"


def summary_sentences(material: Material) -> list[str]:
    """Tallies of both target years: what a chairman reads aloud."""
    as_of = material.labels.word("as_of", date=material.labels.date(material.as_of))
    told = tallies(material)
    if not told:
        return [f"{as_of}: {material.labels.word('class.no_data')}."]
    return [f"{as_of}, {told[0][0].lower()}{told[0][1:]}", *told[1:]]


def tallies(material: Material, unit_code: str = PROVINCE) -> list[str]:
    """How the targets of each year stand in one unit, a sentence a year."""
    found = {year: unit_verdicts(material, year, unit_code) for year in TARGET_YEARS}
    return [
        tally_text(material, [v["verdict_class"] for v in verdicts], year)
        for year, verdicts in found.items()
        if verdicts
    ]


def unit_verdicts(material: Material, year: int, unit_code: str = PROVINCE) -> list[pd.Series]:
    """Verdicts of a unit on the targets of ``year``; the province's status is no district's."""
    goals = material.ordered_goals
    if unit_code != PROVINCE:
        goals = goals[goals["kind"] != "province_status"]
    found = (material.verdict(code, year, unit_code) for code in goals.index)
    return [v for v in found if v is not None]


def summary_points(
    material: Material, unit_code: str = PROVINCE, years: tuple = TARGET_YEARS
) -> list[str]:
    """Named goals behind the tallies, always with their numbers."""
    points = []
    for year in years:
        verdicts = unit_verdicts(material, year, unit_code)
        for key, classes in (
            ("reached", ("reached",)),
            ("missed", ("missed",)),
            ("hopeful", HOPEFUL[1:]),
            ("open", ("open",)),
            ("worrying", WORRYING[:2]),
        ):
            chosen = [v for v in verdicts if v["verdict_class"] in classes]
            if chosen:
                names = "; ".join([named(material, v) for v in chosen])
                points.append(material.labels.word(f"summary.{key}", year=year, names=names))
        empty = [v for v in verdicts if v["verdict_class"] == "no_data"]
        if empty:
            names = "; ".join([material.title(v["goal_code"]) for v in empty])
            points.append(
                material.labels.word("summary.no_data", n=len(empty), year=year, names=names)
            )
    return points


def named(material: Material, verdict: pd.Series) -> str:
    """Title of a goal with the number behind its verdict."""
    name = material.title(verdict["goal_code"])
    if verdict["verdict_class"] == "reached" and _is_status(verdict):
        return name
    if verdict["verdict_class"] in ("reached", "missed"):
        current, target = material.outcome_text(verdict), material.target_text(verdict)
        return material.labels.word("summary.actual", name=name, current=current, target=target)
    chance = material.labels.short_chance(verdict["prob_reached"])
    return material.labels.word("summary.chance", name=name, chance=chance)


def focus_sentence(material: Material, n: int = 3) -> str:
    """The open or unlikely targets of the last year with the least chance."""
    year = TARGET_YEARS[-1]
    weak = [v for v in unit_verdicts(material, year) if pd.notna(v["prob_reached"])]
    weak = [v for v in weak if v["verdict_class"] in ("open", *WORRYING)]
    weak = sorted(weak, key=lambda v: v["prob_reached"])[:n]
    if not weak:
        return ""
    chance = material.labels.chance
    names = [f"{material.title(v['goal_code'])} ({chance(v['prob_reached'])})" for v in weak]
    return material.labels.word("summary.help", year=year, names="; ".join(names))


def account_sentence(material: Material) -> str:
    """The account of the intake: received = used + rejected + superseded + duplicate + out."""
    rows = material.submissions
    sums = rows[[c for c in rows.columns if c.startswith("n_")]].sum()
    number = material.labels.number
    return material.labels.word(
        "quality.account",
        files=number(len(rows)),
        senders=number(rows["sender"].nunique()),
        received=number(sums["n_observations"]),
        panel=number(sums["n_panel"]),
        rejected=number(sums["n_rejected"]),
        superseded=number(sums["n_superseded"]),
        duplicate=number(sums["n_duplicate"]),
        out=number(sums["n_out_of_scope"]),
    )


def status_sentence(material: Material) -> str:
    """How many figures of the panel are rebuilt, corrected or doubtful."""
    rows = material.panel
    tally = rows["value_type"].value_counts()
    number = material.labels.number
    return material.labels.word(
        "quality.status",
        derived=number(tally.get(contracts.VALUE_TYPES[2], 0)),
        corrected=number(tally.get(contracts.VALUE_TYPES[1], 0)),
        doubtful=number((rows["status"] == "doubtful").sum()),
    )


def tally_text(material: Material, classes: list[str], year: int) -> str:
    """How many targets of ``year`` fall in each verdict class, as one sentence."""
    parts = [
        material.labels.word("summary.part", n=classes.count(c), verdict=material.labels.verdict(c))
        for c in CLASS_ORDER
        if c in classes
    ]
    key = "summary.tally_past" if year < int(material.as_of[:4]) else "summary.tally_future"
    return material.labels.word(key, n=len(classes), year=year, parts=", ".join(parts) or "–")
