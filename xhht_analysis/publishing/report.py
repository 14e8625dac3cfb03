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
from xhht_analysis.publishing.decisions import decisions, shortfalls
from xhht_analysis.publishing.district_ranks import places
from xhht_analysis.publishing.implementation import DUTIES, MONEY, implementation, year_rows
from xhht_analysis.publishing.report_data import COUNTED_KIND, SHARE_KINDS, ReportData
from xhht_analysis.publishing.scorecard import block_name, scorecard
from xhht_analysis.publishing.what_if import what_if_table

DOCUMENT_KINDS = ("annual", "midterm", "final", "adhoc")
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
    "shortfalls": shortfalls,
    "what_if_table": what_if_table,
}
"""What the templates call."""


def brief(run: ReportData) -> list[Block]:
    """Blocks of the brief for the leadership."""
    money = year_rows(run)[MONEY].sum()
    return make_page("brief", run, money=money, **TOOLS)


def report(
    run: ReportData,
    variant: str,
    drawn: Callable[..., list[Block]],
    office: Mapping[str, list[str]] | None = None,
) -> list[Block]:
    """Blocks of the report in one of `DOCUMENT_KINDS`.

    ``drawn`` gives the pictures of notebook 04 by name (`figures.gallery.pictures`), ``office`` the
    paragraphs of `office_paragraphs`.

    Raises
    ------
    ValueError
        If ``variant`` is none of `DOCUMENT_KINDS`.
    """
    if variant not in DOCUMENT_KINDS:
        raise ValueError(f"variant must be one of {', '.join(DOCUMENT_KINDS)}, not {variant!r}")
    year = run.target_years[REVIEWS[variant]] if variant in REVIEWS else 0
    return make_page(
        "report",
        run,
        variant=variant,
        review_year=year,
        office=office or {},
        drawn=drawn,
        proposals=proposals(run),
        **implementation(run),
        **TOOLS,
    )


def annex(run: ReportData, drawn: Callable[..., list[Block]]) -> list[Block]:
    """Blocks of the annex, everything behind the report, by goal and by unit."""
    return make_page(
        "annex",
        run,
        drawn=drawn,
        share_kinds=list(SHARE_KINDS),
        **TOOLS,
    )


def proposals(run: ReportData) -> dict[str, str]:
    """Text by addressee: what each is asked in `decisions`, a lead agency about its own goals."""
    texts = {}
    for one in decisions(run):
        for who in one.addressee.split("; "):
            own = [s for s in one.goals if agencies.lead_name(run, s.goal_code) == who]
            texts.setdefault(who, []).extend(
                sentences.lines("decisions.j2", "proposal", run, one, own or one.goals, who)
            )
    return {who: " ".join(some) for who, some in texts.items()}


def office_paragraphs(path: Path, variant: str) -> dict[str, list[str]]:
    """Paragraphs of one kind of report by section key: ``# midterm``, then ``## basis`` ….

    A missing file, or a section without text, has none. Lines in ``<!-- … -->`` are help.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    chapters = (body for name, body in _parts(text, "#") if name == variant)
    sections = {}
    for name, body in _parts("\n".join(chapters), "##"):
        paragraphs = (" ".join(one.split()) for one in re.split(r"\n\s*\n", body))
        sections.setdefault(name, []).extend(filter(None, paragraphs))
    return sections


def _parts(text: str, mark: str) -> list[tuple[str, str]]:
    """First word of each heading with this ``mark``, and the text below it."""
    _, *parts = re.split(rf"^{mark}[ \t]+(\S*).*$", text, flags=re.MULTILINE)
    return list(zip(parts[::2], parts[1::2], strict=True))
