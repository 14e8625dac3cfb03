"""Sentences on the statements of a run: no number of a document is typed by hand.

What is said of a goal comes from its `Statement` alone; what is said of the whole plan counts
statements.
"""

import re
from collections import Counter
from collections.abc import Iterable

import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.blocks import plain_template
from xhht_analysis.publishing.labels import CLASS_ORDER, HOPEFUL, STRUGGLING
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import where
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
REPEATED = ("ended", "why", "missing", "source", "reason")
"""Sentences that may be said already, of another target year or above the goals of a block."""


def goal_sentences(
    run: ReportData, goal_code: str, unit_code: str = "", above: Iterable[str] = ()
) -> list[str]:
    """One paragraph per dated target of a goal; a year without one is named as such.

    A sentence of `REPEATED` stands once, and not at all if it is one of ``above``.
    """
    statements = {year: run.statement(goal_code, year, unit_code) for year in run.target_years}
    if not any(statements.values()):
        return []
    texts, before = [], set(above)
    for year, one in statements.items():
        text = paragraph(run, one) if one else run.word("goal.no_target", year=year)
        about = {sentence(name, run, one) for name in REPEATED} if one else set()
        for repeated in about & before:
            text = re.sub(" +", " ", text.replace(repeated, "")).strip(" ")
        texts.append(text)
        before |= about - {""}
    return texts


def shared_sentences(run: ReportData, goal_codes: Iterable[str]) -> tuple[list[str], set[str]]:
    """What more than one of these goals would say: the sentences above them, those left out there.

    Of what moves the forecast most the sentences differ in the number alone: one names them all.
    """
    counts, driven, lacking = Counter(), {}, {}
    for code in goal_codes:
        statements = [s for year in run.target_years if (s := run.statement(code, year))]
        texts = [sentence(name, run, s) for s in statements for name in ("ended", "missing")]
        counts.update(list(dict.fromkeys(filter(None, texts))))
        for s, text in zip(statements, texts[1::2], strict=True):
            lacking.setdefault(text, {})[s.order] = s
        for s in statements:
            if s.target_year == run.last_year and len(s.drivers) == 1:
                driven.setdefault(s.drivers[0][0], []).append(s)
    texts = [text for text, n in counts.items() if n > 1]
    omitted = set(texts)
    if len(omitted & lacking.keys()) > 1:  # several lists of units: whose figures each one means
        of = {text: ", ".join(map(str, orders)) for text, orders in lacking.items()}
        texts = [run.word("goal.missing_of", goals=of[t], text=t) if t in of else t for t in texts]
    for driver, some in driven.items():
        if len(some) > 1 and driver in run.labels.entries("driver"):
            effects = {s.order: run.labels.number(s.drivers[0][1], 1) for s in some}
            parts = [run.word("goal.why_part", goal=n, effect=e) for n, e in effects.items()]
            what = run.word(f"driver.{driver}")
            texts.append(some[0].say("goal.why_shared", what=what, parts="; ".join(parts)))
            omitted |= {sentence("why", run, s) for s in some}
    return texts, omitted


def paragraph(run: ReportData, said: Statement) -> str:
    """All sentences on one target, the verdict first."""
    return sentence("paragraph", run, said)


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


def headline(run: ReportData) -> list[str]:
    """What a chairman reads aloud: a tally per target year, and what the tally rests on."""
    told = [text for year in run.target_years if (text := tally(run, year))]
    as_of = run.word("as_of", date=run.labels.date(run.as_of))
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
    word = run.word
    parts = [word(f"summary.{key}", n=n) for key, n in counts.items() if n]
    return word("summary.caveat", n=len(met), year=year, parts="; ".join(parts)) if parts else ""


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


def named_points(run: ReportData, year: int, unit_code: str = "") -> list[str]:
    """Named goals behind a tally, always with their numbers."""
    points = []
    for key, classes in NAMED_CLASSES.items():
        chosen = [s for s in run.statements(year, unit_code) if s.key in classes]
        if chosen:
            names = "; ".join(map(named, chosen))
            points.append(run.word(f"summary.{key}", year=year, names=names))
    return points


def named(said: Statement) -> str:
    """Title of a goal with the number behind its verdict."""
    number = said.chance_text
    if not number and said.actual is not None and said.key in ("reached", "missed"):
        number = said.say("summary.actual", target=said.amount(said.need, 0))
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
    sums = {name: number(n) for name, n in (sums | {"refused": refused}).items()}
    senders = number(rows["sender"].nunique())
    return run.word("quality.account", files=number(len(rows)), senders=senders, **sums)


def status_sentence(run: ReportData) -> str:
    """How many figures of the panel are rebuilt, corrected or doubtful (marked, or asked about)."""
    kinds = run.panel["value_type"].value_counts()
    counts = {name: run.labels.number(kinds.get(name, 0)) for name in contracts.VALUE_TYPES[1:]}
    asked, figures = _figure_keys(run.findings), _figure_keys(run.panel)
    doubtful = figures.isin(asked) | run.panel["status"].eq("doubtful").to_numpy()
    return run.word("quality.status", doubtful=run.labels.number(doubtful.sum()), **counts)


def asked_sentence(run: ReportData) -> str:
    """How many cells are to be mended and points to be checked; of these, how many on a figure."""
    counts = {
        "rejects": len(run.rejects),
        "findings": len(run.findings),
        "used": _figure_keys(run.findings).isin(_figure_keys(run.panel)).sum(),
    }
    numbers = {name: run.labels.number(n) for name, n in counts.items()}
    return run.word("quality.asked", **numbers) if any(counts.values()) else ""


def _figure_keys(rows: pd.DataFrame) -> pd.MultiIndex:
    """Indicator, unit and year of the rows that name all three."""
    key = rows[["indicator_code", "unit_code", "year"]].dropna()
    return pd.MultiIndex.from_frame(key.astype({"year": int}))
