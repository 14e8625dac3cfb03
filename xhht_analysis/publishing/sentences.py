"""Sentences on the statements of a run: no number of a document is typed by hand.

What is said of a goal comes from its `Statement` alone; what is said of the whole plan counts
statements.
"""

import re
from collections.abc import Container

from xhht_analysis.publishing.blocks import plain_template
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.statements import Statement

ORDER = ("verdict", "standard", "expected", "why", "effort", "held", "depends", "chance_note",
         "missing", "source", "reading", "reason")  # fmt: skip
"""Sentences on one target (macros of templates/sentences.j2), the verdict first."""
AHEAD = ORDER[2:7]
"""Sentences on what is still to come."""
REPEATED = ("missing", "chance_note", "why", "depends", "source", "reason")
"""Sentences that may be said already, of another target year."""


def goal_sentences(run: ReportData, goal_code: str, unit_code: str = "") -> list[str]:
    """One paragraph per dated target of a goal; a year without one is named as such.

    A sentence of `REPEATED` stands once.
    """
    statements = {year: run.statement(goal_code, year, unit_code) for year in run.target_years}
    texts, before = [], set()
    for year, one in statements.items():
        texts.append(paragraph(run, one, before) if one else run.word("goal.no_target", year=year))
        before |= {sentence(name, run, one) for name in REPEATED} if one else set()
    return texts if any(statements.values()) else []


def paragraph(run: ReportData, statement: Statement, before: Container[str] = ()) -> str:
    """All sentences on one target; of `REPEATED` those that are not said ``before``."""
    names = [name for name in ORDER if statement.bare_chance or name not in AHEAD]
    texts = ((name, sentence(name, run, statement)) for name in names)
    return " ".join(t for name, t in texts if t and not (name in REPEATED and t in before))


def sentence(name: str, run: ReportData, statement: Statement) -> str:
    """One sentence of templates/sentences.j2 on a statement; empty where it does not apply."""
    return " ".join(lines("sentences.j2", name, statement, run))


def on_plan(name: str, run: ReportData, *values: object) -> list[str]:
    """Sentences of templates/plan.j2 on the whole plan; the macro says what ``values`` are."""
    return lines("plan.j2", name, run, *values)


def lines(template: str, name: str, *values: object) -> list[str]:
    """Lines that a macro of a template gives, without empty ones; an unbreakable space stays."""
    text = getattr(plain_template(template).module, name)(*values)
    lines = (re.sub(" +", " ", line).strip(" ") for line in text.split("\n"))
    return [line for line in lines if line]
