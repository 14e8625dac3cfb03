"""The committee's report, section by section, as blocks for notebook 05.

The order is that of a provincial review: what was reached by goal, how far and how fast, by
place, tasks and money, changes, quality of the data, method, proposals. ``drawn`` gives the
pictures of notebook 04 by name (`figures.gallery.pictures`).
"""

from __future__ import annotations

from collections.abc import Callable

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import lead_name, measures
from xhht_analysis.publishing.blocks import Block, heading, prose, table
from xhht_analysis.publishing.changes import changes_section
from xhht_analysis.publishing.decisions import decision_table, decisions
from xhht_analysis.publishing.implementation import implementation
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.places import places
from xhht_analysis.publishing.scorecard import block_name, scorecard
from xhht_analysis.publishing.track import track_sentences

Drawn = Callable[..., list[Block]]
VARIANTS = ("annual", "midterm", "final", "adhoc")
LEVEL_BLOCK = 1
"""Block of the plan whose goals rest on recognised levels."""


def check_variant(variant: str) -> str:
    """Return ``variant``; ValueError if it is none of `VARIANTS`."""
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {', '.join(VARIANTS)}, not {variant!r}")
    return variant


def opening(run: Material, variant: str = "annual") -> list[Block]:
    """Title, kind of report and the banner of invented data."""
    word = run.labels.word
    title = word(f"heading.{check_variant(variant)}", year=run.report_year)
    as_of = word("as_of", date=run.labels.date(run.as_of))
    banner = [prose([word("sample_banner")], "banner")] if run.is_sample else []
    lines = [f"{word('heading.subtitle', as_of=as_of)}"]
    return [heading(title, 1), *banner, prose(lines, "note")]


def summary(run: Material, drawn: Drawn) -> list[Block]:
    """What a chairman reads aloud, the picture of all goals, what is asked."""
    return [
        heading(run.labels.word("heading.summary")),
        prose(sentences.headline(run), "lead"),
        decision_table(run),
        *drawn("overview"),
    ]


def results(run: Material, drawn: Drawn) -> list[Block]:
    """Per block of the plan: table, sentences, who answers, which measures apply."""
    word, blocks = run.labels.word, [heading(run.labels.word("heading.goals"))]
    for number in sorted(run.ordered_goals["block"].unique()):
        goals = run.ordered_goals[run.ordered_goals["block"] == number]
        blocks.append(heading(block_name(run, number), 3))
        caption = word("goals.block_caption", name=block_name(run, number))
        first = len(blocks) == 2
        blocks.append(scorecard(run, caption, list(goals.index), note=first))
        if (goals["kind"] == "share_districts").any():
            blocks.append(prose([word("goal.districts_note")], "note"))
        for code in goals.index:
            blocks += goal_blocks(run, code)
        blocks += drawn("ladder") if int(number) == LEVEL_BLOCK else ()
    return [*blocks, *drawn("shares")]


def goal_blocks(run: Material, code: str) -> list[Block]:
    """Sentences on one goal, its lead agency and the measures of the plan."""
    word, said = run.labels.word, sentences.goal_sentences(run, code)
    codes = [m.split(" ", 1)[0] for m in measures(run, code)]
    who = word(
        "goal.owner",
        lead=lead_name(run, code, former=True),
        measures=", ".join(codes) or word("none"),
    )
    order = int(run.ordered_goals.loc[code, "order"])
    named = [f"**{order}. {run.title(code)}.** {said[0]}", *said[1:-1]] if said else []
    last = f"{said[-1]} {who}" if len(said) > 1 else who
    return [prose([*named, last])]


def pace(run: Material, drawn: Drawn) -> list[Block]:
    """Required pace beside the pace so far, in one picture."""
    return [heading(run.labels.word("heading.pace")), *drawn("pace")]


def districts(run: Material, drawn: Drawn) -> list[Block]:
    """Leading and struggling districts, chances of all, where help counts."""
    return [heading(run.labels.word("heading.places")), *places(run, drawn)]


def tasks(run: Material) -> list[Block]:
    """Tasks and money of the reporting year."""
    title = run.labels.word("heading.activities", year=run.report_year)
    return [heading(title), *implementation(run)]


def changes(run: Material) -> list[Block]:
    """What changed since the run before, and why."""
    return [heading(run.labels.word("heading.changes")), *changes_section(run)]


def quality(run: Material) -> list[Block]:
    """The account of the intake and the figures that would settle a verdict."""
    word = run.labels.word
    lines = [sentences.account_sentence(run), sentences.status_sentence(run)]
    lines.append(
        word(
            "quality.asked",
            rejects=run.labels.number(len(run.rejects)),
            findings=run.labels.number(len(run.findings)),
        )
    )
    return [heading(word("heading.quality")), prose(lines)]


def methods(run: Material) -> list[Block]:
    """Half a page on the method, what was tested, and what the numbers do not say."""
    paragraphs, limits = (run.labels.paragraphs(key) for key in ("methods", "limits"))
    return [
        heading(run.labels.word("heading.methods")),
        prose([*paragraphs, " ".join(track_sentences(run))]),
        prose(limits, "list"),
    ]


def proposals(run: Material) -> list[Block]:
    """Proposals by addressee: the decisions asked, then what every lead agency is asked."""
    word, rows = run.labels.word, {}
    for one in decisions(run):
        rows.setdefault(one.addressee, []).append(one.asked)
    for said in run.statements(run.last_year):
        if said.is_struggling or said.key == "open":
            text = word("proposal.goal", goal=said.title, chance=said.chance_text)
            rows.setdefault(lead_name(run, said.goal_code), []).append(text)
    heads = [word("col.addressee"), word("col.proposal")]
    body = [[who, " ".join(dict.fromkeys(texts))] for who, texts in rows.items()]
    if not body:
        return [heading(word("heading.proposals")), prose([word("decision.none")])]
    return [heading(word("heading.proposals")), table(word("proposal.caption"), heads, body)]
