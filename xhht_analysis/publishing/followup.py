"""Sections of the report about who does what: places, changes, duties, implementation and money."""

from __future__ import annotations

import pandas as pd

from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.blocks import Block, clean, heading, prose, table
from xhht_analysis.publishing.figures import pace as figures_pace
from xhht_analysis.publishing.figures import places as figures_places
from xhht_analysis.publishing.figures.base import picture
from xhht_analysis.publishing.material import TARGET_YEARS, Material

N_NAMED, N_WHO = 3, 6
MAX_ASKS = 15
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
        word(f"places.{key}", year=YEAR, names="; ".join(_stand(material, rows)))
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
    titles = {t["task_code"]: material.labels.local(t, "title")
              for _, t in material.tasks.iterrows()}  # fmt: skip
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
    blocks.append(prose([lead, _money_sentence(material), _duties_sentence(material)]))
    blocks += [_task_table(material), _money_table(material)]
    return [*blocks, *_asks(material, "difficulty"), *_asks(material, "proposal")]


def _asks(material: Material, kind: str) -> list[Block]:
    """Difficulties or proposals, alike texts counted once, most often raised first."""
    word, rows = material.labels.word, material.activities.dropna(subset=kind)
    if rows.empty:
        return []
    rows = rows.assign(text=rows[kind].map(clean))
    body = []
    for text, part in rows.groupby("text", sort=False):
        who = [material.names.get(code, code) for code in dict.fromkeys(part["reporter_code"])]
        more = f" {word('activities.more', n=len(who) - N_WHO)}" if len(who) > N_WHO else ""
        body.append((len(who), [text, str(len(who)), ", ".join(who[:N_WHO]) + more]))
    body = [row for _, row in sorted(body, key=lambda pair: -pair[0])]
    caption = word(f"activities.{kind}_caption", shown=min(len(body), MAX_ASKS), n=len(body))
    columns = [word(f"col.{kind}"), word("col.n_units"), word("col.raised_by")]
    return [table(caption, columns, body[:MAX_ASKS], align="lrl")]


def _money_sentence(material: Material) -> str:
    planned, spent = (material.activities[c].sum() for c in ("budget_planned", "budget_spent"))
    if not planned:
        return ""
    number, percent = material.labels.number, material.labels.percent
    given = {"planned": number(planned), "spent": number(spent)}
    return material.labels.word("activities.money", share=percent(100 * spent / planned), **given)


def _plan_tasks(material: Material, *, duties: bool) -> pd.DataFrame:
    """Reported activities on the tasks of sections II-III, or on the duties of section IV."""
    rows = material.activities
    return rows[rows["task_code"].fillna("").str.startswith("IV.") == duties]


def _duties_sentence(material: Material) -> str:
    rows = _plan_tasks(material, duties=True)
    tally = {state: int((rows["status"] == state).sum()) for state in STATES}
    return material.labels.word("activities.duties", n=len(rows), **tally) if len(rows) else ""


def _task_table(material: Material) -> Block:
    rows = _plan_tasks(material, duties=False)
    word, number = material.labels.word, material.labels.number
    known = material.tasks.set_index("task_code")
    body, group = [], None
    for code, part in rows.groupby(rows["task_code"].fillna("")):
        task = known.loc[code] if code in known.index else pd.Series({"title_vi": ""})
        if (name := material.labels.local(task, "group")) != group:
            group = name
            body.append([name or word("none")])
        counts = [str(int((part["status"] == state).sum())) for state in STATES]
        money = [number(part[c].sum(), 0) for c in ("budget_planned", "budget_spent")]
        title = f"{clean(code)} {material.labels.local(task, 'title')}".strip()
        body.append([title, *counts, *money])
    columns = [word(f"col.{c}") for c in ("task", *STATES, "planned", "spent")]
    return table(word("activities.caption"), columns, body, align="lrrrrrr")


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
