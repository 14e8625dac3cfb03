"""Sentences on the statements of a run: no number of a document is typed by hand.

What is said of a goal comes from its `Statement` alone; what is said of the whole plan counts
statements.
"""

import re
from collections.abc import Container, Iterable

from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.blocks import plain_template
from xhht_analysis.publishing.labels import CLASS_ORDER, HOPEFUL, STRUGGLING
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
from xhht_analysis.publishing.statement_facts import gap_of
from xhht_analysis.publishing.statements import Statement

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
ORDER = ("verdict", "standard", "expected", "why", "effort", "held", "depends", "chance_note",
         "missing", "source", "reading", "reason")  # fmt: skip
"""Sentences on one target (macros of templates/sentences.j2), the verdict first."""
AHEAD = ORDER[2:7]
"""Sentences on what is still to come."""
SHARED = ("missing", "chance_note", "why", "depends")
"""Sentences that several goals have in common."""
REPEATED = (*SHARED, "source", "reason")
"""Sentences that may be said already, of another target year or above all goals."""


def goal_sentences(
    run: ReportData, goal_code: str, unit_code: str = "", above: Iterable[str] = ()
) -> list[str]:
    """One paragraph per dated target of a goal; a year without one is named as such.

    A sentence of `REPEATED` stands once, and not at all if it is one of ``above``.
    """
    statements = {year: run.statement(goal_code, year, unit_code) for year in run.target_years}
    texts, before = [], set(above)
    for year, one in statements.items():
        texts.append(paragraph(run, one, before) if one else run.word("goal.no_target", year=year))
        before |= {sentence(name, run, one) for name in REPEATED} if one else set()
    return texts if any(statements.values()) else []


def shared_sentences(run: ReportData) -> tuple[list[str], set[str]]:
    """What more than one goal would say, with their numbers; the sentences left out below."""
    said = {}
    for one in run.all_statements():
        for name in SHARED:
            said.setdefault(sentence(name, run, one), []).append(one)
    said.pop("", None)
    said = {text: some for text, some in said.items() if len({s.order for s in some}) > 1}
    texts = [run.word("goal.of", goals=_numbers(run, some), text=t) for t, some in said.items()]
    return texts, set(said)


def _numbers(run: ReportData, statements: list[Statement]) -> str:
    """Numbers of the goals of these statements, with the year where only one of two is meant."""
    years, numbers = {}, {}
    for s in sorted(statements, key=lambda s: s.order):
        years.setdefault(s.goal_code, []).append(str(s.target_year))
    for code, some in years.items():
        is_part = len(some) < sum(1 for s in run.all_statements() if s.goal_code == code)
        of = f" ({', '.join(some)})" if is_part else ""
        numbers.setdefault(of, []).append(str(run.ordered_goals.loc[code, "order"]))
    return "; ".join(f"{', '.join(some)}{of}" for of, some in numbers.items())


def paragraph(run: ReportData, said: Statement, before: Container[str] = ()) -> str:
    """All sentences on one target; of `REPEATED` those that are not said ``before``."""
    names = [name for name in ORDER if said.is_forecast or name not in AHEAD]
    texts = ((name, sentence(name, run, said)) for name in names)
    return " ".join(t for name, t in texts if t and not (name in REPEATED and t in before))


def sentence(name: str, run: ReportData, said: Statement) -> str:
    """One sentence of templates/sentences.j2 on a statement; empty where it does not apply."""
    text = getattr(plain_template("sentences.j2").module, name)(said, run)
    return re.sub(r"[ \n]+", " ", text).strip(" \n")


def tally(run: ReportData, year: int, unit_code: str = "") -> str:
    """How many targets of ``year`` fall in each class, in one sentence."""
    keys = [said.key for said in run.statements(year, unit_code)]
    labels = run.labels
    parts = [
        labels.word("tally.part", n=keys.count(c), verdict=labels.verdict(c))
        for c in CLASS_ORDER
        if c in keys
    ]
    if not parts:
        return ""
    key = "tally.past" if year < int(run.as_of[:4]) else "tally.future"
    return labels.word(key, n=len(keys), year=year, parts=", ".join(parts))


def headline(run: ReportData, years: Iterable[int] = ()) -> list[str]:
    """What a chairman reads aloud: a tally per target year, and what the tally rests on."""
    years = years or run.target_years
    first, *others = [text for year in years if (text := tally(run, year))] or [""]
    as_of = run.word("as_of", date=run.labels.date(run.as_of))
    if not first:
        return [f"{as_of}: {run.labels.verdict('no_data')}."]
    first = f"{as_of}, {first[0].lower()}{first[1:]}"
    return [first, *others, reported_sentence(run), reached_caveat(run), at_risk_sentence(run)]


def reported_sentence(run: ReportData) -> str:
    """How many units have a figure of the latest year, the fewer by name; empty where all have."""
    gap = gap_of(run, run.panel, run.province.code)
    if gap is None or not gap.silent:
        return ""
    few_report = len(gap.reporting) < len(gap.silent)
    key, names = ("summary.reported", gap.reporting) if few_report else ("goal.missing", gap.silent)
    names = run.labels.some(list(names))
    return run.word(key, year=gap.year, n=gap.n, total=gap.total, names=names)


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
    word = run.word
    parts = [word(f"summary.{key}", n=n) for key, n in counts.items() if n]
    return word("summary.caveat", n=len(met), year=year, parts="; ".join(parts)) if parts else ""


def at_risk_sentence(run: ReportData) -> str:
    """Goals that stand at their last target today and may not hold it."""
    goals = [s for s in run.statements(run.last_year) if s.is_forecast and s.at_target]
    names = ", ".join(f"{s.order} ({s.chance_text})" for s in goals if not s.is_hopeful)
    return run.word("summary.at_risk", names=names, year=run.last_year) if names else ""


def declared_sentence(run: ReportData) -> str:
    """Which indicators of the plan no official measure stands behind."""
    codes = [c for c in run.ordered_goals["indicator_code"].unique() if run.is_self_declared(c)]
    names = "; ".join(f"“{run.short(code)}”" for code in codes)
    return run.word("summary.declared_names", names=names) if codes else ""


def caveat(run: ReportData) -> str:
    """What a reader of the brief must know before its figures are used."""
    word = run.word
    parts = [word("brief.use"), word("brief.frame"), declared_sentence(run)]
    if any(said.chance_text for said in run.all_statements()):
        parts.append(word("brief.chance"))
    return " ".join(filter(None, parts))


def limits(run: ReportData) -> list[str]:
    """What the figures do not say: fixed sentences, self-declared goals, law on the goals."""
    codes, laws = set(run.ordered_goals.index), []
    for _, row in where(run.past_references, kind="law").iterrows():
        if codes & set(split_codes(row["goal_codes"])):
            remark = run.word(f"reference.{row['status']}")
            laws.append(f"{run.labels.local(row, 'text')} {remark}".rstrip())
    return [*run.labels.paragraphs("limits"), declared_sentence(run), *laws]


def named_points(
    run: ReportData, year: int, unit_code: str = "", keys: Iterable[str] = tuple(NAMED_CLASSES)
) -> list[str]:
    """Named goals behind a tally, always with their numbers; ``keys`` of `NAMED_CLASSES`."""
    points = []
    for key in keys:
        classes = NAMED_CLASSES[key]
        chosen = [s for s in run.statements(year, unit_code) if s.key in classes]
        if chosen:
            names = "; ".join(map(named, chosen))
            points.append(run.word(f"summary.{key}", year=year, names=names))
    return points


def named(said: Statement) -> str:
    """Title of a goal with the number behind its verdict."""
    number, target = said.chance_text, said.amount(said.need, 0)
    if not number and said.actual is not None and said.key in ("reached", "missed"):
        number = said.actual_text
        number = number if number == target else said.say("summary.actual", target=target)
    return said.say("summary.named", number=number) if number else said.title


def account_sentence(run: ReportData) -> str:
    """The account of the intake: received = used + rejected + superseded + duplicate + out.

    A file that is refused as a whole is one rejected observation, but no figure.
    """
    rows, number = run.submissions, run.labels.number
    names = ("observations", "panel", "rejected", "superseded", "duplicate", "out_of_scope")
    refused = run.rejects[["indicator_code", "unit_code", "year"]].isna().all(axis=1).sum()
    sums = {name: rows[f"n_{name}"].sum() for name in names}
    sums |= {name: sums[name] - refused for name in ("observations", "rejected")}
    is_empty = rows[["n_panel", "n_superseded", "n_duplicate"]].sum(axis=1).eq(0)
    sums["empty"] = (is_empty & ~rows["file"].isin(run.activities["file"])).sum()
    sums = {name: number(n) for name, n in sums.items()}
    senders = number(rows["sender"].nunique())
    return run.word("quality.account", files=number(len(rows)), senders=senders, **sums)


def asked_sentence(run: ReportData) -> str:
    """How many cells are to be mended and points to be checked, and how many nobody is asked."""
    ended = {name: run.is_ended(getattr(run, name)) for name in ("rejects", "findings")}
    asked = {name: run.labels.number((~is_ended).sum()) for name, is_ended in ended.items()}
    n = sum(is_ended.sum() for is_ended in ended.values())
    texts = [run.word("quality.asked", **asked)] if any(map(len, ended.values())) else []
    return " ".join([*texts, *([run.word("quality.not_asked", n=n)] if n else [])])
