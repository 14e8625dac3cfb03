"""The committee's report, section by section, as blocks for notebook 05.

The order is that of a provincial review: what was reached by goal, how far and how fast, by
place, tasks and money, changes, quality of the data, method, proposals. ``drawn`` gives the
pictures of notebook 04 by name (`figures.gallery.pictures`).
"""

from collections.abc import Callable

from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.agencies import lead_name, measures
from xhht_analysis.publishing.blocks import Block, heading, prose
from xhht_analysis.publishing.changes import changes_section
from xhht_analysis.publishing.decisions import decision_table, decisions
from xhht_analysis.publishing.district_ranks import places
from xhht_analysis.publishing.implementation import implementation
from xhht_analysis.publishing.records import track_sentences
from xhht_analysis.publishing.report_data import COUNTED_KIND, ReportData
from xhht_analysis.publishing.scorecard import block_name, scorecard

Drawn = Callable[..., list[Block]]
VARIANTS = ("annual", "midterm", "final", "adhoc")
LEVEL_BLOCK = 1
"""Block of the plan whose goals rest on recognised levels."""


def check_variant(variant: str) -> str:
    """Return ``variant``; ValueError if it is none of `VARIANTS`."""
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}")
    return variant


def opening(run: ReportData, variant: str = "annual") -> list[Block]:
    """Title, kind of report and the banner of invented data."""
    word = run.word
    title = word(f"heading.{check_variant(variant)}", year=run.report_year)
    as_of = word("as_of", date=run.labels.date(run.as_of))
    return parts.opening(run, title, word("heading.subtitle", as_of=as_of))


def section(run: ReportData, name: str, blocks: list[Block], **values: object) -> list[Block]:
    """Blocks under their heading."""
    return [heading(run.word(f"heading.{name}", **values)), *blocks]


def sections(run: ReportData, drawn: Drawn, *, whole: bool = True) -> list[Block]:
    """All sections but method and proposals; an ad hoc report is not ``whole``."""
    blocks = section(run, "summary", headline(run))
    blocks += section(run, "goals", results(run, drawn))
    blocks += section(run, "pace", drawn("pace"))
    blocks += section(run, "places", places(run, drawn))
    if whole:
        blocks += section(run, "activities", implementation(run), year=run.report_year)
        blocks += section(run, "changes", changes_section(run))
    return blocks


def headline(run: ReportData) -> list[Block]:
    """What a chairman reads aloud, and what is asked."""
    return [prose(sentences.headline(run), "lead"), decision_table(run)]


def results(run: ReportData, drawn: Drawn) -> list[Block]:
    """Per block of the plan: table, sentences, who answers, which measures apply."""
    word, blocks = run.word, []
    for number, goals in run.ordered_goals.groupby("block"):
        name = block_name(run, number)
        caption = word("goals.block_caption", name=name)
        table = scorecard(run, caption, list(goals.index), note=not blocks)
        # a tall figure stands behind a table that fills the page before it
        overview = () if blocks else drawn("overview")
        blocks += [heading(name, 3), table, *overview]
        if (goals["kind"] == COUNTED_KIND).any():
            blocks.append(prose([word("goal.districts_note")], "note"))
        blocks += [goal_paragraphs(run, code) for code in goals.index]
        blocks += drawn("ladder") if int(number) == LEVEL_BLOCK else ()
    return [*blocks, *drawn("shares")]


def goal_paragraphs(run: ReportData, code: str) -> Block:
    """Sentences on one goal, its lead agency and the measures of the plan."""
    word, texts = run.word, sentences.goal_sentences(run, code)
    codes = ", ".join(m.split(" ", 1)[0] for m in measures(run, code)) or word("none")
    owner = word("goal.owner", lead=lead_name(run, code, former=True), measures=codes)
    name = f"**{run.ordered_goals.loc[code, 'order']}. {run.title(code)}.** "
    if len(texts) < 2:
        return prose([*(name + text for text in texts), owner])
    return prose([name + texts[0], *texts[1:-1], f"{texts[-1]} {owner}"])


def closing(run: ReportData) -> list[Block]:
    """Quality of the data, half a page on the method, what the numbers do not say."""
    lines = [sentences.account_sentence(run), sentences.status_sentence(run)]
    counts = {name: run.labels.number(len(getattr(run, name))) for name in ("rejects", "findings")}
    lines.append(run.word("quality.asked", **counts))
    methods = [*run.labels.paragraphs("methods"), " ".join(track_sentences(run))]
    limits = prose(sentences.limits(run), "list")
    return [
        *section(run, "quality", [prose(lines)]),
        *section(run, "methods", [prose(methods), limits]),
    ]


def proposals(run: ReportData) -> list[Block]:
    """Proposals by addressee: the decisions asked, then what every lead agency is asked."""
    word, rows = run.word, {}
    for one in decisions(run):
        rows.setdefault(one.addressee, []).append(one.asked)
    goals = {}
    for said in run.statements(run.last_year):
        if said.is_struggling or said.key == "open":
            kind = "missed" if said.key == "missed" else "goals"
            key = lead_name(run, said.goal_code), kind
            goals.setdefault(key, []).append(sentences.named(said))
    for (lead, kind), names in goals.items():
        text = word(f"proposal.{kind}", year=run.last_year, goals="; ".join(names))
        rows.setdefault(lead, []).append(text)
    if not rows:
        return [prose([word("decision.none")])]
    body = [[who, " ".join(dict.fromkeys(texts))] for who, texts in rows.items()]
    return [parts.grid(run, word("proposal.caption"), "addressee proposal", body)]
