"""The brief for the leadership, on two pages (templates/pages/brief.j2)."""

from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.blocks import Block
from xhht_analysis.publishing.decisions import decision_table
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import scorecard


def brief(run: ReportData) -> list[Block]:
    """Blocks of the whole brief."""
    tools = {"sentences": sentences, "scorecard": scorecard, "decision_table": decision_table}
    return parts.make_page("brief", run, **tools)
