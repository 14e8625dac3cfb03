"""The annex: everything behind the report, goal by goal and unit by unit, as blocks."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from xhht_analysis.publishing import sentences
from xhht_analysis.publishing.agencies import lead_name, measures, support_names
from xhht_analysis.publishing.blocks import Block, clean, heading, prose, table
from xhht_analysis.publishing.implementation import task_table, year_rows
from xhht_analysis.publishing.material import SHARE_KINDS, Material
from xhht_analysis.publishing.places import standings

MAX_ROWS = 40
Drawn = Callable[..., list[Block]]


def opening(run: Material) -> list[Block]:
    """Title and banner."""
    word = run.labels.word
    banner = [prose([word("sample_banner")], "banner")] if run.is_sample else []
    return [heading(word("heading.annex"), 1), *banner, prose([run.footer()], "note")]


def goals(run: Material, drawn: Drawn) -> list[Block]:
    """Every goal: its reading, sentences, assumptions and figures."""
    word, blocks = run.labels.word, [heading(run.labels.word("heading.each_goal"))]
    for goal in run.ordered_goals.itertuples():
        code, row = goal.goal_code, run.ordered_goals.loc[goal.goal_code]
        place = goal.place.replace("gạch", word("dash_mark")).replace("ý", word("item_mark"))
        notes = [word("goal.place", place=place)]
        if doubts := run.labels.local(row, "doubts"):
            notes.append(word("goal.doubts", what=doubts))
        blocks += [
            heading(run.title(code), 3),
            prose(sentences.goal_sentences(run, code)),
            prose(notes, "note"),
            *drawn(f"fan_{code}", f"districts_{code}"),
        ]
    return [*blocks, *assumptions(run)]


def assumptions(run: Material) -> list[Block]:
    """Least and greatest chance of every open goal under other assumptions or other data."""
    word, rows = run.labels.word, []
    said = [s for year in run.target_years for s in run.statements(year)]
    for one in (s for s in said if s.variants and s.chance_text):
        ranked = sorted((p, name) for name, p in one.variants.items() if p == p)
        if not ranked:
            continue
        ends = [
            f"{run.labels.short_chance(p)} {_condition(run, one, name)}"
            for p, name in (ranked[0], ranked[-1])
        ]
        rows.append([f"{one.title} ({one.target_year})", one.chance_text, *ends])
    if not rows:
        return []
    heads = [word(f"col.{c}") for c in ("goal", "chance", "chance_least", "chance_most")]
    return [
        heading(word("heading.assumptions")),
        table(word("assumptions.caption"), heads, rows, align="lrll"),
    ]


def _condition(run: Material, said, name: str) -> str:
    newest = said.latest.year if said.latest else ""
    return run.labels.known("variant", name, year=newest)


def units(run: Material) -> list[Block]:
    """How the districts stand on the goals asked of them, then their latest figures."""
    word, number, rows = run.labels.word, run.labels.number, standings(run)
    columns = ["total", "hopeful", "hard", "best", "last"]
    body = [
        [run.names[row["unit_code"]], *(number(row[c]) for c in columns)]
        for _, row in rows.iterrows()
    ]
    heads = [word("col.unit"), *(word(f"col.stand_{c}") for c in columns)]
    caption = word("places.caption", year=run.last_year)
    return [
        heading(word("heading.units"), wide=True),
        table(caption, heads, body, align="lrrrrr", wide=True),
        latest_figures(run),
    ]


def latest_figures(run: Material) -> Block:
    """Every share and level of every district, latest year."""
    goals_ = run.ordered_goals
    codes = goals_[goals_["kind"].isin([*SHARE_KINDS, "share_districts"])]
    codes = codes.drop_duplicates("indicator_code")["indicator_code"]
    word, units_ = run.labels.word, [*run.shown_districts["unit_code"], run.province.code]
    cells = {code: run.cells(code) for code in codes}
    found = {(u, c): latest(run, cells[c], u) for u in units_ for c in codes}
    year = max((year for _, year in found.values()), default=0)
    rows = []
    for unit in units_:
        texts = [
            text if own in (0, year) else f"{text} ({own})"
            for text, own in (found[unit, c] for c in codes)
        ]
        rows.append([word("annex.total") if unit == run.province.code else run.names[unit], *texts])
    names = [run.short(code) for code in codes]
    return table(
        word("annex.caption"),
        [word("col.unit"), *names],
        rows,
        align="l" + "r" * len(names),
        note=word("annex.note", year=year),
        wide=True,
    )


def latest(run: Material, cells: dict, unit: str) -> tuple[str, int]:
    """Latest of ``Material.cells`` for a unit and its year; a dash and 0 when there is none."""
    year = max((year for code, year in cells if code == unit), default=0)
    return cells.get((unit, year), run.labels.word("none")), int(year)


def tasks(run: Material) -> list[Block]:
    """Every measure of the reporting year: units by state, money."""
    rows = year_rows(run)
    if rows.empty:
        return []
    return [heading(run.labels.word("heading.each_task")), task_table(run, rows)]


def duties(run: Material) -> list[Block]:
    """Who answers for each goal today and which measures of section II apply."""
    word = run.labels.word
    rows = [
        [
            f"{int(goal.order)}. {run.title(goal.goal_code)}",
            lead_name(run, goal.goal_code, former=True),
            ", ".join(support_names(run, goal.goal_code)),
            "; ".join(measures(run, goal.goal_code)) or word("none"),
        ]
        for goal in run.ordered_goals.itertuples()
    ]
    heads = [word(f"col.{c}") for c in ("goal", "lead", "support", "measures")]
    body = table(word("duties.caption"), heads, rows, wide=True)
    return [heading(word("heading.duties"), wide=True), body]


def quality(run: Material, drawn: Drawn) -> list[Block]:
    """Calendar of reports, track record, and what units are asked to mend."""
    word = run.labels.word
    blocks = [heading(word("heading.records")), *drawn("calendar", "track")]
    for name, columns in (("rejects", ("where", "raw", "remedy")), ("findings", ("message",))):
        rows = getattr(run, name)
        if not rows.empty:
            caption = word(f"quality.{name}_caption", shown=min(len(rows), MAX_ROWS), n=len(rows))
            blocks.append(doubt_table(run, rows.head(MAX_ROWS), caption, columns))
    if run.rejects.empty and run.findings.empty:
        blocks.append(prose([word("quality.none")]))
    return blocks


def doubt_table(run: Material, rows: pd.DataFrame, caption: str, columns: tuple) -> Block:
    """Rejects or findings as a table; where they stand: file, sheet, cell."""
    body = [[_doubt_cell(run, row, c) for c in columns] for _, row in rows.iterrows()]
    return table(caption, [run.labels.word(f"col.{c}") for c in columns], body)


def _doubt_cell(run: Material, row: pd.Series, column: str) -> str:
    where = ", ".join(str(row[c]) for c in ("file", "sheet", "cell") if pd.notna(row[c]))
    if column == "where":
        return clean(where)
    if run.labels.lang != "vi" and column in ("remedy", "message"):
        text = str(row["rule"]).replace("_", " ")  # what offices are told is in Vietnamese
    else:
        text = row[column]
    return clean(f"{text} ({where})" if column == "message" and where else text, 400)
