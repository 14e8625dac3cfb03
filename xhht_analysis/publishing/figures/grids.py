"""Figures as grids: levels by district and year, chances by district and goal."""

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from xhht_analysis.publishing.district_ranks import standings
from xhht_analysis.publishing.figures import base as look
from xhht_analysis.publishing.figures.base import LEVEL_COLOURS, styled
from xhht_analysis.publishing.labels import PERCENT
from xhht_analysis.publishing.report_data import COUNTED_KIND, ReportData
from xhht_analysis.publishing.selection import NoFiguresError, where
from xhht_analysis.publishing.statements import Statement

COLUMNS = 3
LEVELS = [str(level) for level in range(len(LEVEL_COLOURS))]
"""Texts of levels that are known for sure; the others have a colour of their own."""


def short_names(run: ReportData) -> list[str]:
    """Names of the districts as the axis has room for them."""
    return list(run.shown_districts["short_name"].str[:22])


@styled
def plot_ladder(run: ReportData) -> Figure:
    """Level of every district by year, one panel per standard, with the plan's targets."""
    word, goals = run.word, where(run.ordered_goals, kind=COUNTED_KIND).index
    lines = where(run.targets, goal_code=list(goals))
    codes = lines["indicator_code"].unique()
    codes = [c for c in codes if run.level_texts(c).isin(LEVELS).any(axis=None)]
    title = word("ladder.title")
    if not codes:
        raise NoFiguresError(title)
    height = 0.75 + 0.135 * max(len(run.shown_districts), 1)
    figure, axes = look.canvas(height, len(codes), min(COLUMNS, len(codes)), 0.8)
    alt = [_ladder_panel(axis, run, c) for axis, c in zip(axes.flat, codes, strict=False)]
    for axis in axes[:, 1:].flat:
        axis.set_yticklabels([])
    return look.finish(figure, run, title, f"{title}.", *alt, key=word("ladder.key"))


def _ladder_panel(axis, run: ReportData, code: str) -> str:
    """Draw one standard; its sentence for the alt text."""
    units, word = list(run.shown_districts["unit_code"]), run.word
    texts = run.level_texts(code).reindex(units).fillna("–")
    look.heat(
        axis,
        texts.where(texts.isin(LEVELS), str(len(LEVELS))).astype(int).to_numpy(),
        texts.to_numpy(),
        [*LEVEL_COLOURS, "#f2f2f2"],
        xticklabels=[str(year) for year in texts.columns],
        yticklabels=short_names(run),
        annot_kws={"fontsize": 7},
    )
    axis.tick_params(axis="x", rotation=90)
    statements = [
        s for s in run.all_statements() if (s.kind, s.indicator_code) == (COUNTED_KIND, code)
    ]
    statements.sort(key=lambda s: (s.order, s.target_year))
    heads = [run.short(code)]
    for s in statements:
        level = word("level_short", n=run.ordered_goals.loc[s.goal_code, "level_required"])
        heads.append(f"{s.target_year}: {level} {s.amount(s.need)} {s.short_verdict}")
    axis.set_title("\n".join(textwrap.fill(head, 34) for head in heads), fontsize=6.2)
    return " ".join(f"{s.title}: {s.latest_text}. {s.aim_text}" for s in statements)


def _cell_text(statement: Statement) -> str:
    """Chance without its unit; the mark alone where there is none or only a range."""
    return statement.short_chance.replace(PERCENT, "") if statement.is_forecast else statement.mark


@styled
def plot_heatmap(run: ReportData) -> Figure:
    """Class and chance of each district on the goals asked of every district."""
    units, word, year = list(run.shown_districts["unit_code"]), run.word, run.last_year
    goals = run.asked_of_units(year)
    statements = pd.DataFrame({g: [run.statement(g, year, u) for u in units] for g in goals}, units)
    statements = statements.dropna(axis="columns", how="all")
    keys = {s.key for s in statements.to_numpy().flat if s}
    title = word("heat.title", year=year)
    if not keys - {"no_data", "no_object"}:
        raise NoFiguresError(title)
    figure, axes = look.canvas(max(3, 1.6 + 0.21 * len(units)))
    axis = axes[0, 0]
    look.heat_of_verdicts(
        axis,
        statements,
        _cell_text,
        xticklabels=[textwrap.fill(run.title(goal), 26) for goal in statements],
        yticklabels=short_names(run),
        annot_kws={"fontsize": 7.5},
    )
    axis.tick_params(axis="x", rotation=90, labelsize=7)
    alt = [
        word("heat.part", unit=run.names[row.unit_code], n=row.hopeful, total=row.total)
        for row in standings(run).itertuples()
    ]
    key = f"{word('heat.key')}; {look.class_key(run, keys)}"
    return look.finish(figure, run, title, f"{title}.", *alt, key=key)
