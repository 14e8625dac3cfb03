"""Mid-term and final reviews in the customary outline, with the office's own paragraphs.

Numbers fill what numbers can; what only the office can write stands as a marked place. Its
paragraphs are kept in a Markdown file, one heading per section, and come back whenever the
document is made again. They are plain text: ``**bold**`` and blank lines, nothing else.
"""

import re
from pathlib import Path

from xhht_analysis.publishing import report, sentences
from xhht_analysis.publishing.blocks import Block, heading, prose
from xhht_analysis.publishing.implementation import implementation
from xhht_analysis.publishing.report_data import ReportData

SECTIONS = (
    "basis",
    "direction",
    "goals",
    "tasks",
    "money",
    "strengths",
    "weaknesses",
    "causes",
    "lessons",
    "outlook",
    "proposals",
)
REVIEWS = {"midterm": 0, "final": -1}
"""Place, among the target years, of the one that a review looks back on."""


def office_paragraphs(path: Path, variant: str) -> dict[str, list[str]]:
    """Paragraphs of one kind of report by section key: ``# midterm``, then ``## basis`` ….

    A missing file, or a section without text, has none. Lines in ``<!-- … -->`` are help.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    found = {}
    for key, part in (
        pair for k, body in _split("#", text) if k == variant for pair in _split("##", body)
    ):
        paragraphs = (" ".join(one.split()) for one in re.split(r"\n\s*\n", part))
        found.setdefault(key, []).extend(filter(None, paragraphs))
    return {key: paragraphs for key, paragraphs in found.items() if paragraphs}


def _split(marks: str, text: str) -> list[tuple[str, str]]:
    """Name and text of each section under a Markdown heading of these marks."""
    parts = re.split(rf"^{marks}(?!#)[ \t]+(.*)$", text, flags=re.MULTILINE)
    return [(name.strip(), body) for name, body in zip(parts[1::2], parts[2::2], strict=True)]


def body(run: ReportData, variant: str, office: dict[str, list[str]], drawn) -> list[Block]:
    """Everything after the title: the customary outline for a review, else the annual one."""
    if report.check_variant(variant) in REVIEWS:
        return [*review(run, variant, office, drawn), *report.closing(run)]
    return [
        *report.sections(run, drawn, whole=variant == "annual"),
        *report.closing(run),
        *report.section(run, "proposals", report.proposals(run)),
    ]


def review(run: ReportData, variant: str, office: dict[str, list[str]], drawn) -> list[Block]:
    """All sections of a review (``midterm`` or ``final``)."""
    word, blocks = run.word, []
    for key in SECTIONS:
        blocks.append(heading(word(f"review.{key}")))
        blocks += _computed(run, key, run.target_years[REVIEWS[variant]], drawn)
        own = office.get(key, [])
        if own:
            blocks.append(prose(own))
        elif f"{key}_blank" in run.labels.entries("review"):
            blocks.append(prose([word("review.blank", what=word(f"review.{key}_blank"))], "blank"))
    return blocks


def _computed(run: ReportData, key: str, year: int, drawn) -> list[Block]:
    match key:
        case "basis":
            return [prose(run.labels.paragraphs("basis"), "list")]
        case "goals":
            lead = prose([sentences.tally(run, year), sentences.reached_caveat(run)], "lead")
            return [lead, *report.results(run, drawn)]
        case "tasks":
            return implementation(run)
        case "strengths" | "weaknesses":
            keys = ("reached",) if key == "strengths" else ("missed", "no_data", "no_object")
            met = [s for s in run.statements(year) if s.key in keys]
            return [prose([_line(run, s) for s in met], "list")]
        case "outlook":
            points = sentences.named_points(run, run.last_year)
            return [prose(points, "list"), *drawn("pace")] if year < run.last_year else []
        case "proposals":
            return report.proposals(run)
    return []


def _line(run: ReportData, said) -> str:
    return f"{said.title}: {sentences.sentence('verdict', run, said)}"
