"""Sections of the report about who does what: places, changes, duties, implementation and money."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.blocks import Block, clean, heading, prose, table
from xhht_analysis.publishing.figures import pace as figures_pace
from xhht_analysis.publishing.figures import places as figures_places
from xhht_analysis.publishing.figures.base import picture
from xhht_analysis.publishing.material import TARGET_YEARS, Material

N_NAMED = 3
MAX_ASKS = 40
YEAR = TARGET_YEARS[-1]
STATES = ("done", "in_progress", "not_started", "stopped")


def places(material: Material) -> list[Block]:
    """Districts: heat map, leading units and units to support, where help counts most."""
    word = material.labels.word
    blocks = [heading(word("heading.places"))]
    table_ = figures_places.standings(material, YEAR)
    if table_.empty:
        return [*blocks, prose([word("places.none")])]
    best, last = table_.head(N_NAMED), table_.tail(N_NAMED).iloc[::-1]
    lines = [
        word(f"places.{key}", year=YEAR, names=material.labels.join(_stand(material, rows)))
        for key, rows in (("best", best), ("push", last))
    ]
    blocks += [prose(lines), prose([word("places.note")], "note")]
    blocks.append(picture(figures_places.plot_heatmap(material, YEAR)))
    goal = _most_moved_goal(material)
    if goal:
        blocks.append(picture(figures_places.plot_tiles(material, goal, YEAR)))
        blocks.append(picture(figures_pace.plot_leverage(material, goal, YEAR)))
    return blocks


def _stand(material: Material, rows: pd.DataFrame) -> list[str]:
    chance = material.labels.short_chance
    return [
        material.labels.word("places.unit_good", unit=material.names[row.unit_code],
                             n=row.hopeful, total=row.total, p=chance(row.chance))
        for row in rows.itertuples()
    ]  # fmt: skip


def _most_moved_goal(material: Material) -> str | None:
    """Goal where one district can raise the province's chance most."""
    rows = figures_places.district_verdicts(material, YEAR).dropna(subset="leverage")
    return None if rows.empty else str(rows.loc[rows["leverage"].idxmax(), "goal_code"])


def pace(material: Material) -> list[Block]:
    """How far and how fast: distance to the targets and pace beside the recent pace."""
    word = material.labels.word
    figures = [figures_pace.plot_dumbbell(material, YEAR), figures_pace.plot_peers(material, YEAR)]
    return [heading(word("heading.pace")), *(picture(figure) for figure in figures)]


def changes(material: Material) -> list[Block]:
    """What changed since the previous run, goal by goal."""
    word, labels = material.labels.word, material.labels
    blocks = [heading(word("heading.changes"))]
    if material.previous.empty:
        return [*blocks, prose([word("changes.none")])]
    rows = []
    for year in TARGET_YEARS:
        for row in figures_pace.changed_chances(material, year).itertuples():
            old = _shown(labels, row.verdict_class_old, row.prob_reached_old)
            new = _shown(labels, row.verdict_class_new, row.prob_reached_new)
            if old != new:
                rows.append([f"{material.title(row.goal_code)} ({year})", old, new])
    if not rows:
        return [*blocks, prose([word("changes.same")])]
    columns = [word("col.goal"), word("col.previous"), word("col.now")]
    blocks.append(table(word("changes.caption", n=len(rows)), columns, rows))
    return [*blocks, picture(figures_pace.plot_changes(material, YEAR))]


def _shown(labels, verdict_class: str, probability: float) -> str:
    """Verdict of one run: class and rounded chance."""
    known = pd.notna(probability) and verdict_class not in ("reached", "missed", "no_data")
    number = f" ({labels.short_chance(probability)})" if known else ""
    return f"{labels.verdict(verdict_class)}{number}"


def agency_name(material: Material, code: str) -> str:
    """Short name of an agency, with its successor when it has ended by as_of."""
    rows = material.agencies[material.agencies["agency_code"] == code]
    name = material.names.get(code, code)
    if rows.empty:
        return name
    ended, heir = rows.iloc[0]["valid_to"], rows.iloc[0]["successor"]
    if not isinstance(ended, str) or not "" < ended < material.as_of or not heir:
        return name
    return material.labels.word("agency_now", old=name, now=material.names.get(heir, heir))


def duties(material: Material) -> list[Block]:
    """Who answers for each goal and which measures of section II apply."""
    word = material.labels.word
    columns = [word(f"col.{c}") for c in ("goal", "lead", "support", "measures")]
    titles = dict(zip(material.tasks["task_code"], material.tasks["title_vi"], strict=True))
    rows = []
    for goal in material.ordered_goals.itertuples():
        support = [material.names.get(c, c) for c in split_codes(goal.support_agencies)]
        codes = [c for c in split_codes(goal.task_codes) if c in titles]
        rows.append(
            [
                f"{int(goal.order)}. {material.title(goal.goal_code)}",
                agency_name(material, goal.lead_agency),
                ", ".join(support),
                "; ".join(f"{code} {titles[code]}" for code in codes) or word("none"),
            ]
        )
    body = table(word("duties.caption"), columns, rows, wide=True)
    return [heading(word("heading.duties"), wide=True), body]


def activities(material: Material) -> list[Block]:
    """Implementation of the plan's tasks and money, as reported by units and agencies."""
    word, rows = material.labels.word, material.activities
    blocks = [heading(word("heading.activities"))]
    if rows.empty:
        return [*blocks, prose([word("activities.none")])]
    tally = rows["status"].value_counts()
    lead = word("activities.lead", n=len(rows), units=rows["reporter_code"].nunique(),
                tasks=rows["task_code"].nunique(), done=tally.get("done", 0),
                progress=tally.get("in_progress", 0),
                not_started=tally.get("not_started", 0))  # fmt: skip
    blocks.append(prose([lead, _money_sentence(material)]))
    blocks += [_task_table(material), _money_table(material)]
    asks = rows[rows["difficulty"].notna() | rows["proposal"].notna()].head(MAX_ASKS)
    if not asks.empty:
        columns = [word(f"col.{c}") for c in ("reporter", "task", "difficulty", "proposal")]
        body = [
            [
                material.names.get(r.reporter_code, r.reporter_code),
                clean(r.task_code),
                clean(r.difficulty),
                clean(r.proposal),
            ]
            for r in asks.itertuples()
        ]
        blocks.append(table(word("activities.asks_caption"), columns, body))
    return blocks


def _money_sentence(material: Material) -> str:
    planned, spent = (material.activities[c].sum() for c in ("budget_planned", "budget_spent"))
    if not planned:
        return ""
    number, percent = material.labels.number, material.labels.percent
    given = {"planned": number(planned), "spent": number(spent)}
    return material.labels.word("activities.money", share=percent(100 * spent / planned), **given)


def _task_table(material: Material) -> Block:
    rows, word = material.activities, material.labels.word
    titles = dict(zip(material.tasks["task_code"], material.tasks["title_vi"], strict=True))
    counts = pd.crosstab(rows["task_code"], rows["status"]).reindex(columns=list(STATES))
    body = [
        [f"{code} {titles.get(code, '')}".strip(), *(f"{int(n or 0)}" for n in line)]
        for code, line in zip(counts.index, counts.fillna(0).to_numpy(), strict=True)
    ]
    columns = [word("col.task"), *(word(f"col.{state}") for state in STATES)]
    return table(word("activities.caption"), columns, body, align="lrrrr")


def _money_table(material: Material) -> Block:
    word, number = material.labels.word, material.labels.number
    rows = material.activities.assign(
        source=material.activities["budget_source"].fillna("unknown").astype(str)
    )
    sums = rows.groupby("source")[["budget_planned", "budget_spent"]].sum()
    body = [
        [word(f"money.{source}"), number(planned, 1), number(spent, 1)]
        for source, planned, spent in sums.itertuples()
    ]
    columns = [word(f"col.{c}") for c in ("source", "planned", "spent")]
    return table(word("activities.money_caption"), columns, body, align="lrr")


def track(material: Material) -> list[Block]:
    """How past forecasts held, where a backtest was run."""
    if material.scores.empty or figures_pace.coverage(material).empty:
        return []
    return [picture(figures_pace.plot_track(material))]
