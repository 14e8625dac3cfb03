"""The brief for the leadership: headline, all goals, three decisions and a caveat on two pages."""

from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.blocks import Block, prose
from xhht_analysis.publishing.decisions import decision_table
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import scorecard


def brief(run: ReportData) -> list[Block]:
    """Blocks of the whole brief."""
    word = run.word
    caption = word("goals.caption_short", n=len(run.ordered_goals))
    return [
        *parts.opening(run, word("brief.title")),
        prose(sentences.headline(run), "lead"),
        scorecard(run, caption, short=True),
        decision_table(run),
        prose([sentences.caveat(run), run.footer()], "note"),
    ]
