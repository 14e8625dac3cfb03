"""The brief for the leadership: headline, all goals, three decisions and a caveat on two pages."""

from __future__ import annotations

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.blocks import Block, heading, prose
from xhht_analysis.publishing.decisions import decision_table
from xhht_analysis.publishing.material import Material
from xhht_analysis.publishing.scorecard import scorecard


def brief(run: Material) -> list[Block]:
    """Blocks of the whole brief."""
    word = run.labels.word
    banner = [prose([word("sample_banner")], "banner")] if run.is_sample else []
    return [
        heading(word("brief.title"), 1),
        *banner,
        prose(sentences.headline(run), "lead"),
        scorecard(run, word("goals.caption_short", n=len(run.ordered_goals)), short=True),
        decision_table(run),
        prose([word("brief.caveat"), run.footer()], "note"),
    ]
