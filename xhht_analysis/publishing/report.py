"""Brief, report and annex of the committee, as blocks for notebook 05 (templates/pages/).

What an office writes itself stands in a Markdown file, one heading per section, and comes back
whenever the document is made again. It is plain text: ``**bold**`` and blank lines, nothing else.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from xhht_analysis.publishing import agencies, receipts, sentences
from xhht_analysis.publishing.blocks import Block, make_page
from xhht_analysis.publishing.changes import changed_goals
from xhht_analysis.publishing.decisions import decisions
from xhht_analysis.publishing.district_ranks import places
from xhht_analysis.publishing.implementation import DUTIES, asks, implementation, year_rows
from xhht_analysis.publishing.report_data import COUNTED_KIND, SHARE_KINDS, ReportData
from xhht_analysis.publishing.scorecard import block_name, scorecard
from xhht_analysis.publishing.what_if import what_if_table

VARIANTS = ("annual", "midterm", "final", "adhoc")
REVIEWS = {"midterm": 0, "final": -1}
"""Place, among the target years, of the one that a review looks back on."""
TOOLS = {
    "agencies": agencies,
    "block_name": block_name,
    "counted_kind": COUNTED_KIND,
    "changed_goals": changed_goals,
    "decisions": decisions,
    "duties": DUTIES,
    "places": places,
    "receipts": receipts,
    "scorecard": scorecard,
    "sentences": sentences,
    "what_if_table": what_if_table,
}
"""What the templates call."""


def brief(run: ReportData) -> list[Block]:
    """Blocks of the brief for the leadership."""
    return make_page("brief", run.labels, run=run, **TOOLS)


def report(
    run: ReportData,
    variant: str,
    drawn: Callable[..., list[Block]],
    office: Mapping[str, list[str]] | None = None,
) -> list[Block]:
    """Blocks of the report in one of `VARIANTS`.

    ``drawn`` gives the pictures of notebook 04 by name (`figures.gallery.pictures`), ``office`` the
    paragraphs of `office_paragraphs`.

    Raises
    ------
    ValueError
        If ``variant`` is none of `VARIANTS`.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}")
    year = run.target_years[REVIEWS[variant]] if variant in REVIEWS else 0
    return make_page(
        "report",
        run.labels,
        run=run,
        variant=variant,
        review_year=year,
        office=office or {},
        drawn=drawn,
        proposals=proposals(run, of_units=variant != "adhoc"),
        **implementation(run),
        **TOOLS,
    )


def annex(run: ReportData, drawn: Callable[..., list[Block]]) -> list[Block]:
    """Blocks of the annex, everything behind the report, by goal and by unit."""
    return make_page(
        "annex",
        run.labels,
        run=run,
        drawn=drawn,
        share_kinds=list(SHARE_KINDS),
        **TOOLS,
    )


def proposals(run: ReportData, *, of_units: bool = True) -> dict[str, str]:
    """Text by addressee: what each lead agency is asked in `decisions`, and what units propose.

    What units propose is about the whole plan: a report on some goals leaves it out.
    """
    texts = {}
    for one in decisions(run):
        goals = {}
        for s in one.goals:
            key = (agencies.lead_name(run, s.goal_code), s.target_year)
            goals.setdefault(key, []).append(sentences.sentence("named", run, s))
        for (lead, year), names in goals.items():
            words = {"n": one.number, "year": year, "goals": "; ".join(names)}
            texts.setdefault(lead, []).append(run.word(f"proposal.{one.kind}", **words))
        if (committee := run.word("addressee")) in one.addressee:
            texts.setdefault(committee, []).append(f"{one.number}. {one.asked}")
    for text, units in asks(run, year_rows(run), "proposal") if of_units else ():
        text = run.word("proposal.of_units", n=len(units), text=text.rstrip("."))
        texts.setdefault(agencies.addressee(run, text), []).append(text)
    return {who: " ".join(some) for who, some in texts.items()}


def office_paragraphs(path: Path, variant: str) -> dict[str, list[str]]:
    """Paragraphs of one kind of report by section key: ``# midterm``, then ``## basis`` ….

    A missing file, or a section without text, has none. Lines in ``<!-- … -->`` are help.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    _, *parts = re.split(r"^(##?)[ \t]+(\S*).*$", text, flags=re.MULTILINE)
    kind, sections = "", {}
    for mark, name, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        kind = name if mark == "#" else kind
        if mark == "##" and kind == variant:
            paragraphs = (" ".join(one.split()) for one in re.split(r"\n\s*\n", body))
            sections.setdefault(name, []).extend(filter(None, paragraphs))
    return sections
