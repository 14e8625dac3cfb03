"""The report of one district or commune, as blocks for notebook 06.

A district has verdicts of its own. A commune that began with a reform has too few years for a
chance of its own: it shows its figures beside those of its former district, whose verdicts stand
there under the district's name.
"""

from functools import partial

import pandas as pd

from xhht_analysis.publishing import parts, sentences
from xhht_analysis.publishing.agencies import task_label
from xhht_analysis.publishing.blocks import Block, clean, heading, prose
from xhht_analysis.publishing.decisions import WORTH_SAYING, leverages
from xhht_analysis.publishing.district_ranks import standings
from xhht_analysis.publishing.figures import courses
from xhht_analysis.publishing.figures.base import picture_or_note
from xhht_analysis.publishing.implementation import MONEY, STATES
from xhht_analysis.publishing.records import deadline
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.scorecard import scorecard
from xhht_analysis.publishing.selection import where


def _unit(run: ReportData, unit_code: str) -> pd.Series:
    rows = where(run.units, unit_code=unit_code)
    if rows.empty:
        raise ValueError(f"unit_code {unit_code!r} is no unit of the province")
    return rows.iloc[0]


def judged_unit(run: ReportData, unit_code: str) -> str:
    """Unit whose verdicts are shown: itself, or a commune's former district; else ValueError."""
    unit = _unit(run, unit_code)
    return str(unit["district_code"]) if unit["level"] == "commune" else unit_code


def unit_name(run: ReportData, unit_code: str) -> str:
    """Full name of a unit."""
    return str(_unit(run, unit_code)["name_vi"])


def opening(run: ReportData, unit_code: str) -> list[Block]:
    """Title, the banner of invented data, date and frame."""
    word, judged = run.word, judged_unit(run, unit_code)
    lines = [f"**{word('as_of', date=run.labels.date(run.as_of))}.**"]
    if unit_code != run.province.code:
        key = "unit.frame_district" if judged == unit_code else "unit.frame_commune"
        lines.append(word(key, district=unit_name(run, judged)))
    title = word("unit.title", name=unit_name(run, unit_code))
    return [*parts.opening(run, title), prose(lines), prose([run.footer()], "note")]


def summary(run: ReportData, unit_code: str) -> list[Block]:
    """Tallies, standing among the districts, named goals, where its effort helps the province."""
    word, judged = run.word, judged_unit(run, unit_code)
    name = unit_name(run, judged)
    lead = [sentences.tally(run, year, judged) for year in run.target_years]
    if judged != unit_code:
        lead.insert(0, word("unit.of_district", district=name))
    points = sentences.named_points(run, run.last_year, judged)
    gains = where(leverages(run), unit_code=judged)
    for best in gains[gains["gain"] >= WORTH_SAYING].head(1).itertuples():
        texts = {"unit": name, "gain": run.labels.number(100 * best.gain, 1)}
        points.append(word("unit.leverage", name=run.title(best.goal_code), **texts))
    return [
        heading(word("unit.summary")),
        prose([*lead, _standing(run, judged)], "lead"),
        prose(points, "list"),
    ]


def _standing(run: ReportData, unit_code: str) -> str:
    rows = standings(run)
    for row in where(rows, unit_code=unit_code).to_dict("records"):
        above = int((rows["hopeful"] > row["hopeful"]).sum())
        tied = int((rows["hopeful"] == row["hopeful"]).sum()) - 1
        return run.word("unit.standing", year=run.last_year, above=above, tied=tied, **row)
    return ""


def goals(run: ReportData, unit_code: str) -> list[Block]:
    """Every target asked of the unit: where it stands, verdict, sentences; then its shares."""
    word, judged = run.word, judged_unit(run, unit_code)
    said = run.all_statements(judged)
    blocks = [heading(word("unit.goals"))]
    if not said:
        return [*blocks, *given_targets(run, unit_code), prose([word("class.no_data")])]
    asked = {s.goal_code for s in said}
    codes = [code for code in run.ordered_goals.index if code in asked]
    caption = word("unit.goals_caption", name=unit_name(run, judged))
    blocks += [scorecard(run, caption, codes, judged), *given_targets(run, unit_code)]
    if judged != run.province.code:
        blocks.append(prose([word("unit.not_asked")], "note"))
    efforts = [
        f"{s.title}: {text}"
        for s in said
        if s.target_year == run.last_year and (text := sentences.sentence("effort", run, s))
    ]
    blocks += [prose(efforts, "list")] if efforts else []
    ahead = picture_or_note(run, partial(courses.plot_shares, run, judged))
    return [*blocks, heading(word("unit.ahead")), ahead]


def given_targets(run: ReportData, unit_code: str) -> list[Block]:
    """Targets given to this very unit (config/unit_targets.csv) beside its latest figures."""
    rows = []
    for given in where(run.unit_targets, unit_code=unit_code).itertuples():
        code = run.ordered_goals.loc[given.goal_code, "indicator_code"]
        text, year = run.latest_cell(code, unit_code)
        aim = run.labels.number(given.target_value, 0 if given.target_value % 1 == 0 else 1)
        latest = f"{text} ({year})" if year else text
        rows.append([run.title(given.goal_code), str(given.target_year), aim, latest,
                     clean(given.decision_vi)])  # fmt: skip
    caption = run.word("unit.given_caption", name=unit_name(run, unit_code))
    columns = "goal year aim latest_of decision"
    return [parts.grid(run, caption, columns, rows, align="lcrr", cards=True)] if rows else []


def figures(run: ReportData, unit_code: str) -> list[Block]:
    """Latest figure of every indicator of the unit beside its former district and the province."""
    word, judged = run.word, judged_unit(run, unit_code)
    own = where(run.panel, unit_code=unit_code)
    if judged == unit_code:
        own = where(own, frame=run.province.frame)
    own = own[own["value"].notna() | own["level"].notna()].sort_values("year")
    last = own.drop_duplicates("indicator_code", keep="last").set_index("indicator_code")
    beside = {judged: "district", run.province.code: "province"}
    beside.pop(unit_code, None)
    rows = [
        [*_figure_cells(run, code, last.loc[code]), *(run.latest_cell(code, u)[0] for u in beside)]
        for code in run.indicators["indicator_code"]
        if code in last.index
    ]
    blocks = [heading(word("unit.figures"))]
    if not rows:
        return [*blocks, prose([word("indicator.series_none")])]
    columns = ["indicator", "year", "counts", "own", *beside.values()]
    caption = word("unit.figures_caption", name=unit_name(run, unit_code))
    return [*blocks, parts.grid(run, caption, columns, rows, align="lcrrrr"[: len(columns)])]


def _figure_cells(run: ReportData, code: str, row: pd.Series) -> list[str]:
    """Name, year, counts and figure of one panel row."""
    word, number = run.word, run.labels.number
    counts = [number(row[c]) for c in ("numerator", "denominator")]
    shown = word("none") if word("none") in counts else "/".join(counts)
    value = run.labels.percent(row["value"])
    if pd.isna(row["value"]):
        value = word("level", n=number(row["level"]))
    return [run.labels.local(run.indicator(code), "name"), str(row["year"]), shown, value]


def quality(run: ReportData, unit_code: str) -> list[Block]:
    """What was received from the unit, on time or late, and what it is asked to mend."""
    word, number = run.word, run.labels.number
    sent = where(run.submissions, sender=unit_code)
    told = word("unit.received_none")
    if len(sent):
        due = sent["year"].astype("Int64").astype(str) + f"-{deadline(run)}"
        late, day = int((sent["received_on"] > due).sum()), sent["received_on"].max()
        texts = {"late": number(late), "date": run.labels.date(day)}
        told = word("unit.received", n=number(len(sent)), **texts)
    doubts = {
        name: rows[(rows["unit_code"] == unit_code) | rows["file"].isin(sent["file"])]
        for name, rows in (("rejects", run.rejects), ("findings", run.findings))
    }
    tables = parts.doubt_tables(run, **doubts) or [prose([word("unit.clean")])]
    return [heading(word("unit.quality")), prose([told]), *tables]


def activities(run: ReportData, unit_code: str) -> list[Block]:
    """Tasks of the latest year the unit reported on: state, what was done, money."""
    word, rows = run.word, where(run.activities, reporter_code=unit_code)
    blocks = [heading(word("unit.activities"))]
    if rows.empty:
        return [*blocks, prose([word("unit.activities_none")])]
    year = int(rows["year"].max())
    titles = {t["task_code"]: run.labels.local(t, "title") for _, t in run.tasks.iterrows()}
    body = [
        [
            f"{task_label(clean(row['task_code']))} {titles.get(row['task_code'], '')}".strip(),
            word(f"col.{row['status']}") if row["status"] in STATES else word("none"),
            clean(row["text"]),
            *row[MONEY],
        ]
        for _, row in where(rows, year=year).sort_values("task_code").iterrows()
    ]
    caption = word("unit.activities_caption", year=year)
    return [*blocks, parts.grid(run, caption, "task state done_text planned spent", body)]
