"""The annex: everything behind the report, goal by goal and unit by unit, as blocks."""

from collections.abc import Callable

from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.agencies import lead_name, measures, support_names
from xhht_analysis.publishing.blocks import Block, heading, prose
from xhht_analysis.publishing.district_ranks import standings
from xhht_analysis.publishing.implementation import measure_table, year_rows
from xhht_analysis.publishing.records import calendar, track_table
from xhht_analysis.publishing.report_data import SHARE_KINDS, ReportData

Drawn = Callable[..., list[Block]]


def opening(run: ReportData) -> list[Block]:
    """Title and banner."""
    return parts.opening(run, run.word("heading.annex"), run.footer())


def goals(run: ReportData, drawn: Drawn) -> list[Block]:
    """Every goal: its reading, sentences, assumptions and figures."""
    word, blocks = run.word, [heading(run.word("heading.each_goal"))]
    for code, goal in run.ordered_goals.iterrows():
        place = goal["place"].replace("gạch", word("dash_mark")).replace("ý", word("item_mark"))
        notes = [word("goal.place", place=place)]
        if doubts := run.labels.local(goal, "doubts"):
            notes.append(word("goal.doubts", what=doubts))
        blocks += [
            heading(run.title(code), 3),
            prose(sentences.goal_sentences(run, code)),
            prose(notes, "note"),
            *drawn(f"fan_{code}", f"districts_{code}"),
        ]
    return [*blocks, *assumptions(run)]


def assumptions(run: ReportData) -> list[Block]:
    """Least and greatest chance of every open goal under other assumptions or other data."""
    word, rows = run.word, []
    for said in run.all_statements():
        ranked = sorted((p, name) for name, p in said.variants.items() if p == p)
        if ranked and said.chance_text:
            ends = [
                f"{run.labels.short_chance(p)} {said.condition(name)}"
                for p, name in (ranked[0], ranked[-1])
            ]
            rows.append([f"{said.title} ({said.target_year})", said.chance_text, *ends])
    if not rows:
        return []
    columns = "goal chance chance_least chance_most"
    return [
        heading(word("heading.assumptions")),
        parts.grid(run, word("assumptions.caption"), columns, rows, align="lrll"),
    ]


def units(run: ReportData) -> list[Block]:
    """How the districts stand on the goals asked of them, then their latest figures."""
    rows = standings(run)
    rows["unit_code"] = rows["unit_code"].map(run.names)
    columns = ["unit", *(f"stand_{name}" for name in rows.columns[1:])]
    caption = run.word("places.caption", year=run.last_year)
    return [
        heading(run.word("heading.units"), wide=True),
        parts.grid(run, caption, columns, rows.itertuples(index=False), wide=True),
        latest_figures(run),
    ]


def latest_figures(run: ReportData) -> Block:
    """Every share and level of every district, latest year."""
    goals_ = run.ordered_goals
    codes = goals_[goals_["kind"].isin([*SHARE_KINDS, "share_districts"])]["indicator_code"]
    word, codes = run.word, list(dict.fromkeys(codes))
    units_ = [*run.shown_districts["unit_code"], run.province.code]
    found = {unit: [run.latest_cell(code, unit) for code in codes] for unit in units_}
    newest = max((year for cells in found.values() for _, year in cells), default=0)
    rows = [
        [
            word("annex.total") if unit == run.province.code else run.names[unit],
            *(text if year in (0, newest) else f"{text} ({year})" for text, year in cells),
        ]
        for unit, cells in found.items()
    ]
    columns = ["unit", *(run.short(code) for code in codes)]
    form = {"align": "l" + "r" * len(codes), "note": word("annex.note", year=newest)}
    return parts.grid(run, word("annex.caption"), columns, rows, wide=True, **form)


def tasks(run: ReportData) -> list[Block]:
    """Every measure of the reporting year: units by state, money."""
    rows = year_rows(run)
    if rows.empty:
        return []
    return [heading(run.word("heading.each_task")), measure_table(run, rows)]


def duties(run: ReportData) -> list[Block]:
    """Who answers for each goal today and which measures of section II apply."""
    word = run.word
    rows = [
        [
            f"{goal['order']}. {run.title(code)}",
            lead_name(run, code, former=True),
            ", ".join(support_names(run, code)),
            "; ".join(measures(run, code)) or word("none"),
        ]
        for code, goal in run.ordered_goals.iterrows()
    ]
    body = parts.grid(run, word("duties.caption"), "goal lead support measures", rows, wide=True)
    return [heading(word("heading.duties"), wide=True), body]


def quality(run: ReportData) -> list[Block]:
    """Calendar of reports, track record, and what units are asked to mend."""
    doubts = parts.doubt_tables(run, rejects=run.rejects, findings=run.findings)
    return [
        heading(run.word("heading.records")),
        *calendar(run),
        *track_table(run),
        *(doubts or [prose([run.word("quality.none")])]),
    ]
