"""Sentences on the statements of a run: no number of a document is typed by hand.

What is said of a goal comes from its `Statement` alone; what is said of the whole plan counts
statements.
"""

from dataclasses import replace

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.labels import CLASS_ORDER, HOPEFUL, STRUGGLING
from xhht_analysis.publishing.observation import NAN, Reading
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statements import Statement

MIN_PACE_POINTS = 3
"""A pace so far rests on at least this many years."""
SILENT = ("no_legal_object", "source_gap", "rule_gap", "reference_hazard", "gains_slow")
"""Reasons said elsewhere: by the note on districts, by `source_sentence`, by `chance_note`."""
NAMED_CLASSES = {
    "reached": ("reached",),
    "missed": ("missed",),
    "hopeful": HOPEFUL[1:],
    "open": ("open",),
    "struggling": STRUGGLING[:2],
    "no_data": ("no_data",),
    "no_object": ("no_object",),
}
"""Classes named together."""


def goal_sentences(run: ReportData, goal_code: str, unit_code: str = "") -> list[str]:
    """One paragraph per dated target of a goal."""
    said = (run.statement(goal_code, year, unit_code) for year in run.target_years)
    return [paragraph(run, one) for one in said if one is not None]


def paragraph(run: ReportData, said: Statement) -> str:
    """All sentences on one target, the verdict first."""
    parts = [verdict_sentence(said), standard_sentence(run, said)]
    if said.is_forecast:
        parts += [expected_sentence(said), why_sentence(said)]
        parts += [effort_sentence(said), held_sentence(said), depends_sentence(said)]
    parts += [chance_note(said), source_sentence(run, said)]
    parts += [reading_sentence(run, said), reason_sentence(said)]
    return " ".join(part for part in parts if part)


def verdict_sentence(said: Statement) -> str:
    """The class, always with its number and the target."""
    if said.is_forecast or said.has_range:
        ends = dict(zip(("low", "high"), said.chance_ends, strict=True))
        if said.has_range:
            return said.say("goal.range", **ends)
        chance, (low, high) = said.labels.chance(said.chance), said.chance_range
        if high - low >= 0.1:
            chance = said.say("chance_range", **ends, chance=chance)
        return said.say("goal.forecast", chance=chance)
    if said.key in ("no_data", "no_object"):
        latest = said.key == "no_data" and said.latest and not said.actual
        texts = [said.say(f"goal.{said.key}"), said.say("goal.latest") if latest else ""]
        return " ".join(filter(None, texts))
    gap = said.actual.low - said.need if said.actual and said.actual.exact else 0.0
    by = "_by" if said.distance(gap) and abs(gap) >= 0.05 else ""
    down = "_down" if by and said.lower_is_better else ""
    return said.say(f"goal.{said.key}{by}{down}", gap=said.distance(gap))


def standard_sentence(run: ReportData, said: Statement) -> str:
    """Which standard counts, where the targets of a goal measure two."""
    codes = where(run.targets, goal_code=said.goal_code)["indicator_code"].unique()
    name = run.short(said.indicator_code)
    return said.say("goal.standard", name=name) if len(codes) > 1 else ""


def expected_sentence(said: Statement) -> str:
    """Middle and range of the forecast; one word where the range has one value."""
    if said.expected is None:
        return ""
    low, middle, high = (said.amount(value) for value in said.expected)
    if low != high:
        return said.say("goal.expect", low=low, high=high, median=middle)
    same = said.latest is not None and said.range_text(said.latest) == middle
    return said.say("goal.expect_same" if same else "goal.expect_one", median=middle)


def effort_sentence(said: Statement) -> str:
    """What is missing: held already, districts short, or the pace a year beside the pace so far."""
    if said.at_target:
        return said.say("goal.at_target" if said.is_hopeful else "goal.at_risk")
    if said.measure_unit == "units" and said.latest is not None and said.latest.exact:
        return said.say("goal.short", gap=said.distance(said.need - said.latest.low))
    towards = -said.pace_required if said.lower_is_better else said.pace_required
    if said.measure_unit != "percent" or said.base is None or not towards > 0:
        return ""
    given = {"now": said.range_text(said.base), "base": said.base.year}
    key = "goal.pace_down" if said.lower_is_better else "goal.pace"
    text = said.say(key, pace=said.distance(said.pace_required), **given) + pace_note(said)
    if said.people >= 1:
        who = said.labels.known("count_unit", said.count_unit)
        text += said.say("goal.people", n=said.labels.about(said.people), who=who)
    return text + "."


def pace_note(said: Statement) -> str:
    """How the required pace compares with the pace of the last years."""
    if said.n_points < MIN_PACE_POINTS or said.pace_before != said.pace_before:
        return ""
    sign = -1 if said.lower_is_better else 1
    need, before = sign * said.pace_required, sign * said.pace_before
    if before <= 0:
        key = "none_down" if said.lower_is_better else "none"
    elif said.labels.number(need, 1) == said.labels.number(before, 1):
        key = "same"
    else:
        key = "above" if need > before else "below"
    return said.say(f"pace.{key}", own=said.distance(before))


def held_sentence(said: Statement) -> str:
    """Measure "duy trì": which years held the level, and the chance to hold it two years."""
    if said.commitment != "maintain" or not said.history:
        return ""
    met = {o.year: (said.meets(o.low), said.meets(o.high)) for o in said.history}
    lost = [str(year) for year, ends in met.items() if not any(ends)]
    unsure = [str(year) for year, ends in met.items() if any(ends) and not all(ends)]
    key = "lost" if lost else "unsure" if unsure else "always"
    key = "never" if len(lost) == len(met) else key
    seen = {"first": said.history[0].year, "last": said.history[-1].year}
    text = said.say(f"goal.held_{key}", years=", ".join(lost or unsure), **seen)
    if said.is_forecast and said.chance_held == said.chance_held:
        text += " " + said.say("goal.held", p=said.labels.short_chance(said.chance_held))
    return text


def why_sentence(said: Statement) -> str:
    """What moves the forecast most, up or down."""
    word, parts = said.labels.word, []
    for name, effect in said.drivers:
        if name in said.labels.entries("driver"):
            given = {"what": word(f"driver.{name}"), "effect": said.labels.number(abs(effect), 1)}
            parts.append(word(f"driver.{'up' if effect > 0 else 'down'}", **given))
    return word("goal.why", parts="; ".join(parts)) if parts else ""


def depends_sentence(said: Statement) -> str:
    """The assumption or the data on which the class hangs, with the chance without it."""
    if not said.depends_on:
        return ""
    what, chance = said.condition(said.depends_on), said.variants.get(said.depends_on, NAN)
    if chance == chance:
        return said.say("goal.depends", what=what, chance=said.labels.chance(chance))
    return said.say("goal.depends_class", what=what)


def chance_note(said: Statement) -> str:
    """Where the chance does not come from a model that was tested on goals of this kind."""
    if said.is_untested:
        return said.say("goal.unscored")
    reference = said.is_forecast and "reference_hazard" in said.reasons
    return said.say("goal.reference") if reference else ""


def source_sentence(run: ReportData, said: Statement) -> str:
    """Two sources for one figure, or units that are missing: both figures, side by side."""
    shown = said.actual if not said.is_forecast and said.actual else said.latest
    if shown is None or said.key == "no_object":
        return ""
    parts, shown_text = [], {"year": shown.year, "shown": said.range_text(shown)}
    if not shown.exact:
        names = run.silent_units(said.indicator_code, shown.year)
        key = "goal.missing_units" if names else "goal.missing_some"
        parts.append(said.say(key, names=said.labels.some(names), **shown_text))
        unit = {"indicator_code": said.indicator_code, "unit_code": said.unit_code}
        for row in where(run.nowcasts, year=shown.year, **unit).itertuples():
            given = {"n": int(row.n_reported), "of": int(row.n_units)}
            parts.append(said.say("goal.nowcast", median=said.amount(row.median), **given))
    if said.other_source is not None:
        other = said.range_text(said.other_source)
        parts.append(said.say(f"goal.{said.source_key}", other=other, **shown_text))
    return " ".join(parts)


def reading_sentence(run: ReportData, said: Statement) -> str:
    """Verdict under another reading of the plan's words, where it was asked."""
    texts = ((reading_condition(run, said, r), reading_verdict(said, r)) for r in said.readings)
    return " ".join(said.say("goal.reading", what=what, verdict=v) for what, v in texts)


def reading_condition(run: ReportData, said: Statement, reading: Reading) -> str:
    """The other reading in words: "Nếu hiểu ..."."""
    parent = run.parent_goal(said.goal_code)
    name = run.title(parent) if parent else ""
    return said.say(
        f"reading.{reading.key}", need=replace(said, need=reading.need).need_text, parent=name
    )


def reading_verdict(said: Statement, reading: Reading) -> str:
    """Class and chance of another reading."""
    text = said.labels.verdict(reading.verdict_class)
    chance = said.labels.short_chance(reading.chance)
    return f"{text} ({said.as_tested(chance)})" if chance else text


def reason_sentence(said: Statement) -> str:
    """Remarks of the forecast that no other sentence has said."""
    if said.key == "no_object" or said.actual is not None:
        return ""
    silent = (*SILENT, "may_fall") if said.lower_is_better else SILENT
    codes = [r for r in said.reasons if r not in silent]
    if said.has_range:
        codes = [r for r in codes if r != "few_points"]  # said with the range
    reached = any(said.meets(o.high) for o in said.history) or said.measure_unit == "percent"
    if "gains_slow" in said.reasons and reached and not said.lower_is_better:
        codes.append("gains_slow")  # a level that was never reached cannot be hard to hold
    remarks = [said.labels.known("reason", code).rstrip(".") for code in codes]
    return said.say("goal.reason", what="; ".join(remarks)) if remarks else ""


def tally(run: ReportData, year: int, unit_code: str = "") -> str:
    """How many targets of ``year`` fall in each class, in one sentence."""
    keys = [said.key for said in run.statements(year, unit_code)]
    labels = run.labels
    parts = [
        labels.word("summary.part", n=keys.count(c), verdict=labels.verdict(c))
        for c in CLASS_ORDER
        if c in keys
    ]
    if not parts:
        return ""
    key = "summary.tally_past" if year < int(run.as_of[:4]) else "summary.tally_future"
    return labels.word(key, n=len(keys), year=year, parts=", ".join(parts))


def headline(run: ReportData) -> list[str]:
    """What a chairman reads aloud: a tally per target year, and what the tally rests on."""
    told = [text for year in run.target_years if (text := tally(run, year))]
    as_of = run.labels.word("as_of", date=run.labels.date(run.as_of))
    if not told:
        return [f"{as_of}: {run.labels.verdict('no_data')}."]
    return [f"{as_of}, {told[0][0].lower()}{told[0][1:]}", *told[1:], reached_caveat(run)]


def reached_caveat(run: ReportData) -> str:
    """Which of the goals reached are rebuilt, of a merged province, or self-declared."""
    met = [s for s in run.all_statements() if s.key == "reached"]
    year = max((s.target_year for s in met), default=0)
    met = [s for s in met if s.target_year == year]
    merged = run.province.merged_name_vi and not run.labels.plan["keeps_districts"]
    counts = {
        "rebuilt": sum(s.measure_unit == "units" and s.ended for s in met),
        "province": sum(s.kind == "province_status" for s in met if merged),
        "declared": sum(run.is_self_declared(s.indicator_code) for s in met),
    }
    word = run.labels.word
    parts = [word(f"summary.{key}", n=n) for key, n in counts.items() if n]
    return word("summary.caveat", n=len(met), year=year, parts="; ".join(parts)) if parts else ""


def declared_sentence(run: ReportData) -> str:
    """Which indicators of the plan no official measure stands behind."""
    codes = [c for c in run.ordered_goals["indicator_code"].unique() if run.is_self_declared(c)]
    names = "; ".join(f"“{run.short(code)}”" for code in codes)
    return run.labels.word("summary.declared_names", names=names) if codes else ""


def caveat(run: ReportData) -> str:
    """What a reader of the brief must know before its figures are used."""
    word = run.labels.word
    parts = [word("brief.use"), word("brief.frame"), declared_sentence(run)]
    if any(said.chance_text for said in run.all_statements()):
        parts.append(word("brief.chance"))
    return " ".join(filter(None, parts))


def limits(run: ReportData) -> list[str]:
    """What the figures do not say: fixed sentences, self-declared goals, law on the goals."""
    codes, laws = set(run.ordered_goals.index), []
    for _, row in where(run.past_references, kind="law").iterrows():
        if codes & set(split_codes(row["goal_codes"])):
            remark = run.labels.word(f"reference.{row['status']}")
            laws.append(f"{run.labels.local(row, 'text')} {remark}".rstrip())
    return [*run.labels.paragraphs("limits"), declared_sentence(run), *laws]


def named_points(run: ReportData, year: int, unit_code: str = "") -> list[str]:
    """Named goals behind a tally, always with their numbers."""
    points = []
    for key, classes in NAMED_CLASSES.items():
        chosen = [s for s in run.statements(year, unit_code) if s.key in classes]
        if chosen:
            names = "; ".join(map(named, chosen))
            points.append(run.labels.word(f"summary.{key}", year=year, names=names))
    return points


def named(said: Statement) -> str:
    """Title of a goal with the number behind its verdict."""
    number = said.chance_text
    if not number and said.actual is not None and said.key in ("reached", "missed"):
        number = said.say("summary.actual", target=said.amount(said.need, 0))
    return said.say("summary.named", number=number) if number else said.title


def account_sentence(run: ReportData) -> str:
    """The account of the intake: received = used + rejected + superseded + duplicate + out."""
    rows, number = run.submissions, run.labels.number
    names = ("observations", "panel", "rejected", "superseded", "duplicate", "out_of_scope")
    sums = {name: number(rows[f"n_{name}"].sum()) for name in names}
    senders = number(rows["sender"].nunique())
    return run.labels.word("quality.account", files=number(len(rows)), senders=senders, **sums)


def status_sentence(run: ReportData) -> str:
    """How many figures of the panel are rebuilt, corrected or doubtful (marked, or asked about)."""
    kinds = run.panel["value_type"].value_counts()
    counts = {name: run.labels.number(kinds.get(name, 0)) for name in contracts.VALUE_TYPES[1:]}
    key = ["indicator_code", "unit_code", "year"]
    asked = pd.MultiIndex.from_frame(run.findings[key].dropna().astype({"year": int}))
    doubtful = pd.MultiIndex.from_frame(run.panel[key].astype({"year": int})).isin(asked)
    doubtful |= run.panel["status"].eq("doubtful").to_numpy()
    return run.labels.word("quality.status", doubtful=run.labels.number(doubtful.sum()), **counts)
