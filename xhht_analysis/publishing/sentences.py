"""Sentences on the statements of a run: no number of a document is typed by hand.

What is said of a goal comes from its `Statement` alone; what is said of the whole plan counts
statements.
"""

from __future__ import annotations

from xhht_analysis import contracts
from xhht_analysis.publishing.labels import CLASS_ORDER, HOPEFUL, STRUGGLING
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.statements import Statement

MIN_PACE_POINTS = 3
"""A pace so far rests on at least this many years."""
SILENT = ("no_legal_object", "source_gap", "rule_gap", "reference_hazard")
"""Reasons said elsewhere: by the note on districts, by `reported`, by `chance_note`."""


def goal_sentences(run: Material, goal_code: str, unit_code: str = "") -> list[str]:
    """One paragraph per dated target of a goal."""
    said = (run.statement(goal_code, year, unit_code) for year in run.target_years)
    return [paragraph(run, one) for one in said if one is not None]


def paragraph(run: Material, said: Statement) -> str:
    """All sentences on one target, the verdict first."""
    parts = [verdict_sentence(said)]
    if said.is_forecast:
        parts += [expected_sentence(said), why_sentence(said)]
        parts += [effort_sentence(said), held_sentence(said)]
        parts.append(depends_sentence(said))
    parts.append(chance_note(said))
    parts += [source_sentence(run, said), reading_sentence(run, said), reason_sentence(said)]
    return " ".join(part for part in parts if part)


def verdict_sentence(said: Statement) -> str:
    """The class, always with its number and the target."""
    word, given = said.labels.word, {"year": said.target_year, "target": said.target_text}
    if said.is_forecast:
        chance = said.labels.chance(said.chance)
        low, high = said.chance_range
        if low == low and high == high and high - low >= 0.1:
            ends = dict(zip(("low", "high"), said.chance_ends, strict=True))
            chance = word("chance_range", chance=chance, **ends)
        verdict = said.labels.verdict(said.key)
        return word("goal.forecast", verdict=verdict, chance=chance, **given)
    if said.has_range:
        low, high = said.chance_ends
        verdict = said.labels.verdict(said.key)
        return word("goal.range", verdict=verdict, low=low, high=high, **given)
    if said.key in ("no_data", "no_object"):
        latest = said.latest_text if said.latest is not None and said.actual is None else ""
        seen = word("goal.latest", value=latest) if latest and said.key == "no_data" else ""
        return " ".join(filter(None, [word(f"goal.{said.key}", **given), seen]))
    value, key = said.actual_text, f"goal.{said.key}"
    gap = said.actual.low - said.need if said.actual and said.actual.exact else 0.0
    if not said.distance(gap) or abs(gap) < 0.05:
        return word(key, value=value, **given)
    return word(f"{key}_by", value=value, gap=said.distance(gap), **given)


def expected_sentence(said: Statement) -> str:
    """Middle and range of the forecast; one word where the range has one value."""
    if said.expected is None:
        return ""
    low, middle, high = (said.amount(value) for value in said.expected)
    given = {"year": said.target_year, "median": middle}
    if low != high:
        return said.labels.word("goal.expect", low=low, high=high, **given)
    same = said.latest is not None and said.range_text(said.latest) == middle
    return said.labels.word("goal.expect_same" if same else "goal.expect_one", **given)


def effort_sentence(said: Statement) -> str:
    """What is missing: held already, districts short, or the pace a year beside the pace so far."""
    word = said.labels.word
    if said.at_target:
        return word("goal.at_target" if said.is_hopeful else "goal.at_risk")
    if said.measure_unit == "units" and said.latest is not None and said.latest.exact:
        return word("goal.short", gap=said.distance(said.need - said.latest.low))
    if said.measure_unit != "percent" or said.base is None or not said.pace_required > 0:
        return ""
    given = {"now": said.range_text(said.base), "base": said.base.year}
    text = word("goal.pace", pace=said.distance(said.pace_required), **given) + pace_note(said)
    if said.people >= 1:
        who = said.labels.known("count_unit", said.count_unit)
        text += word("goal.people", n=said.labels.about(said.people), who=who)
    return text + "."


def pace_note(said: Statement) -> str:
    """How the required pace compares with the pace of the last years."""
    if said.n_points < MIN_PACE_POINTS or said.pace_before != said.pace_before:
        return ""
    shown = [said.labels.number(p, 1) for p in (said.pace_required, said.pace_before)]
    if said.pace_before <= 0 or shown[0] == shown[1]:
        key = "none" if said.pace_before <= 0 else "same"
    else:
        key = "above" if said.pace_required > said.pace_before else "below"
    return said.labels.word(f"pace.{key}", own=said.distance(said.pace_before))


def held_sentence(said: Statement) -> str:
    """Measure "duy trì": which years held the level, and the chance to hold it two years."""
    if said.commitment != "maintain" or not said.history:
        return ""
    word = said.labels.word
    lost = [str(o.year) for o in said.history if not said.meets(o.high)]
    seen = {"first": said.history[0].year, "last": said.history[-1].year}
    open_ = [str(o.year) for o in said.history if said.meets(o.high) and not said.meets(o.low)]
    key = "lost" if lost else "unsure" if open_ else "always"
    key = "never" if len(lost) == len(said.history) else key
    text = word(f"goal.held_{key}", years=", ".join(lost or open_), **seen)
    if said.is_forecast and said.chance_held == said.chance_held:
        given = {"before": said.target_year - 1, "year": said.target_year}
        text += " " + word("goal.held", p=said.labels.short_chance(said.chance_held), **given)
    return text


def why_sentence(said: Statement) -> str:
    """What moves the forecast most, up or down."""
    word, number = said.labels.word, said.labels.number
    parts = [
        word(
            f"driver.{'up' if effect > 0 else 'down'}",
            what=word(f"driver.{name}"),
            effect=number(abs(effect), 1),
        )
        for name, effect in said.drivers
        if name in said.labels.entries("driver")
    ]
    return word("goal.why", parts="; ".join(parts)) if parts else ""


def depends_sentence(said: Statement) -> str:
    """The assumption or the data on which the class hangs, with the chance without it."""
    if not said.depends_on:
        return ""
    year = said.latest.year if said.latest is not None else ""
    what = said.labels.known("variant", said.depends_on, year=year)
    chance = said.variants.get(said.depends_on, float("nan"))
    if chance == chance:
        return said.labels.word("goal.depends", what=what, chance=said.labels.chance(chance))
    return said.labels.word("goal.depends_class", what=what)


def chance_note(said: Statement) -> str:
    """Where the chance does not come from a model that was tested on goals of this kind."""
    if said.is_untested:
        return said.labels.word("goal.unscored")
    if not said.is_forecast:
        return ""
    return said.labels.word("goal.reference") if "reference_hazard" in said.reasons else ""


def source_sentence(run: Material, said: Statement) -> str:
    """Two sources for one figure, or units that are missing: both figures, side by side."""
    shown = said.actual if not said.is_forecast and said.actual else said.latest
    if shown is None or said.key == "no_object":
        return ""
    word, parts = said.labels.word, []
    if not shown.exact:
        names = run.silent_units(said.indicator_code, shown.year)
        key = "goal.missing_units" if names else "goal.missing_some"
        names = said.labels.some(names)
        parts.append(word(key, year=shown.year, names=names, shown=said.range_text(shown)))
        rows = run.nowcasts
        rows = rows[
            (rows["indicator_code"] == said.indicator_code)
            & (rows["unit_code"] == said.unit_code)
            & (rows["year"] == shown.year)
        ]
        for row in rows.itertuples():
            given = {"n": int(row.n_reported), "of": int(row.n_units)}
            parts.append(word("goal.nowcast", median=said.amount(row.median), **given))
    if said.other_source is not None:
        key = f"goal.{said.source_key}"
        texts = {"other": said.range_text(said.other_source), "shown": said.range_text(shown)}
        parts.append(word(key, year=shown.year, **texts))
    return " ".join(parts)


def reading_sentence(run: Material, said: Statement) -> str:
    """Verdict under another reading of the plan's words, where it was asked."""
    return " ".join(
        said.labels.word(
            "goal.reading", what=reading_condition(run, said, r), verdict=reading_verdict(said, r)
        )
        for r in said.readings
    )


def reading_condition(run: Material, said: Statement, reading) -> str:
    """The other reading in words: "Nếu hiểu ..."."""
    parent = run.parent_goal(said.goal_code)
    name = run.title(parent) if parent else ""
    return said.labels.word(f"reading.{reading.key}", need=said.amount(reading.need), parent=name)


def reading_verdict(said: Statement, reading) -> str:
    """Class and chance of another reading."""
    text = said.labels.verdict(reading.verdict_class)
    chance = said.labels.short_chance(reading.chance)
    return f"{text} ({said.as_tested(chance)})" if chance else text


def reason_sentence(said: Statement) -> str:
    """Remarks of the forecast that no other sentence has said."""
    if said.key == "no_object" or said.actual is not None:
        return ""
    codes = [r for r in said.reasons if r not in SILENT]
    remarks = [said.labels.known("reason", code).rstrip(".") for code in codes]
    return said.labels.word("goal.reason", what="; ".join(remarks)) if remarks else ""


def tally(run: Material, year: int, unit_code: str = "") -> str:
    """How many targets of ``year`` fall in each class, in one sentence."""
    said = run.statements(year, unit_code)
    keys = [one.key for one in said]
    word, verdict = run.labels.word, run.labels.verdict
    parts = [
        word("summary.part", n=keys.count(c), verdict=verdict(c)) for c in CLASS_ORDER if c in keys
    ]
    if not parts:
        return ""
    key = "summary.tally_past" if year < int(run.as_of[:4]) else "summary.tally_future"
    return word(key, n=len(keys), year=year, parts=", ".join(parts))


def headline(run: Material) -> list[str]:
    """What a chairman reads aloud: a tally per target year, and what the tally rests on."""
    told = [text for year in run.target_years if (text := tally(run, year))]
    as_of = run.labels.word("as_of", date=run.labels.date(run.as_of))
    if not told:
        return [f"{as_of}: {run.labels.verdict('no_data')}."]
    return [f"{as_of}, {told[0][0].lower()}{told[0][1:]}", *told[1:], reached_caveat(run)]


def reached_caveat(run: Material) -> str:
    """Which of the goals reached are rebuilt, of a merged province, or self-declared."""
    met = [s for s in run.statements(run.target_years[0]) if s.key == "reached"]
    counts = {
        "rebuilt": sum(s.measure_unit == "units" and s.ended for s in met),
        "province": sum(s.kind == "province_status" for s in met if run.province.merged_name_vi),
        "declared": sum(run.is_self_declared(s.indicator_code) for s in met),
    }
    word = run.labels.word
    parts = [word(f"summary.{key}", n=n) for key, n in counts.items() if n]
    return word("summary.caveat", n=len(met), parts="; ".join(parts)) if parts else ""


def named_points(run: Material, year: int, unit_code: str = "") -> list[str]:
    """Named goals behind a tally, always with their numbers."""
    said, word = run.statements(year, unit_code), run.labels.word
    groups = {
        "reached": ("reached",),
        "missed": ("missed",),
        "hopeful": HOPEFUL[1:],
        "open": ("open",),
        "struggling": STRUGGLING[:2],
        "no_data": ("no_data",),
        "no_object": ("no_object",),
    }
    points = []
    for key, classes in groups.items():
        chosen = [s for s in said if s.key in classes]
        if chosen:
            names = "; ".join(named(s) for s in chosen)
            points.append(word(f"summary.{key}", year=year, names=names))
    return points


def named(said: Statement) -> str:
    """Title of a goal with the number behind its verdict."""
    word = said.labels.word
    if said.chance_text:
        return word("summary.named", name=said.title, number=said.chance_text)
    if said.actual is None or said.key not in ("reached", "missed"):
        return said.title
    number = word("summary.actual", actual=said.actual_text, target=said.amount(said.need, 0))
    return word("summary.named", name=said.title, number=number)


def account_sentence(run: Material) -> str:
    """The account of the intake: received = used + rejected + superseded + duplicate + out."""
    rows, number = run.submissions, run.labels.number
    names = ("observations", "panel", "rejected", "superseded", "duplicate", "out_of_scope")
    sums = {name: number(rows[f"n_{name}"].sum()) for name in names}
    senders = number(rows["sender"].nunique())
    return run.labels.word("quality.account", files=number(len(rows)), senders=senders, **sums)


def status_sentence(run: Material) -> str:
    """How many figures of the panel are rebuilt, corrected or doubtful."""
    tally_ = run.panel["value_type"].value_counts()
    counts = {name: run.labels.number(tally_.get(name, 0)) for name in contracts.VALUE_TYPES[1:]}
    doubtful = run.labels.number((run.panel["status"] == "doubtful").sum())
    return run.labels.word("quality.status", doubtful=doubtful, **counts)
