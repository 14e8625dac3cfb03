"""What a figure or a page is made from: the tables of one run, the plan, the words.

`ReportData` only selects; nothing is estimated here. "Districts" are those of the plan's frame; an
empty unit_code means the province of the plan, also after a merger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property, partial

import pandas as pd

from xhht_analysis.forecasting.backtest import DEFAULT
from xhht_analysis.forecasting.level_figures import level_figures
from xhht_analysis.forecasting.observed import PROVINCE
from xhht_analysis.forecasting.plan_indicators import LevelFacts, ShareFacts, plan_facts
from xhht_analysis.plan.areas import Areas
from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.goal_facts import Gap
from xhht_analysis.publishing.labels import CLASS_ORDER, Labels
from xhht_analysis.publishing.selection import first, where
from xhht_analysis.publishing.statement_facts import gap_of, make_statement, reported_share
from xhht_analysis.publishing.statements import Statement

UNIT_NAME_COLUMNS = ["unit_code", "name_vi", "short_name", "level", "district_code"]
COUNTED_KIND = "share_districts"
SHARE_KINDS = ("share_people", "share_institutions")
SELF_DECLARED = "tự khai"
"""Words of the dictionary's notes (config/indicators.csv) on a figure nobody can check."""
OPTIONAL = ("forecasts", "rejects", "findings", "activities", "submissions", "scores", "variants",
            "drivers", "nowcasts")  # fmt: skip
PLAN = ("goals", "targets", "indicators", "agencies", "tasks", "unit_targets", "references",
        "standards")  # fmt: skip

ONCE = ("statement", "coverage", "verdict", "rows", "bounds", "cells")
"""Methods of `ReportData` that select once for each key: its tables never change."""


@dataclass(frozen=True, eq=False)
class ReportData:
    """Tables of one run (contracts), the plan's tables (`plan.config_tables`) and the labels.

    Templates read the properties by name: look for callers in templates/, too. ``units`` has
    unit_code, name_vi, short_name, level, district_code. ``previous`` and
    ``previous_panel`` are of the run before, or have no rows.
    """

    as_of: str
    panel: pd.DataFrame
    forecasts: pd.DataFrame
    verdicts: pd.DataFrame
    rejects: pd.DataFrame
    findings: pd.DataFrame
    activities: pd.DataFrame
    submissions: pd.DataFrame
    scores: pd.DataFrame
    variants: pd.DataFrame
    drivers: pd.DataFrame
    nowcasts: pd.DataFrame
    previous: pd.DataFrame
    previous_panel: pd.DataFrame
    goals: pd.DataFrame
    targets: pd.DataFrame
    indicators: pd.DataFrame
    units: pd.DataFrame
    agencies: pd.DataFrame
    standards: pd.DataFrame
    tasks: pd.DataFrame
    unit_targets: pd.DataFrame
    references: pd.DataFrame
    labels: Labels
    areas: Areas
    chosen_units: tuple[str, ...] = ()
    """Districts that an ad hoc report shows; sums and counts are always of all."""

    def __post_init__(self) -> None:
        """Keep the answers of `ONCE` as long as the run: its tables have no value to hash."""
        for name in ONCE:
            vars(self)[name] = cache(getattr(self, name))

    @cached_property
    def target_years(self) -> tuple[int, ...]:
        """Years for which the plan states targets, in order."""
        return tuple(sorted({int(year) for year in self.targets["target_year"]}))

    province = property(lambda self: self.areas.province, doc="The province of the plan.")
    word = property(lambda self: self.labels.word, doc="Words in the language of the run.")
    last_year = property(lambda self: self.target_years[-1], doc="The plan's last target year.")

    @property
    def page_years(self) -> tuple[int, int]:
        """The two target years of a page: the last that is past (or the first), and the last."""
        earliest, *later = self.target_years
        past = [year for year in later[:-1] if f"{year}-12-31" < self.as_of]
        return [earliest, *past][-1], self.last_year

    @cached_property
    def newest_year(self) -> int:
        """Latest year with a figure in the plan's frame, else that of ``as_of``."""
        years = where(self.panel, frame=self.province.frame)["year"]
        return int(years.max() if len(years) else self.as_of[:4])

    def code(self, unit_code: str) -> str:
        """The province's own code for an empty one."""
        return unit_code or self.province.code

    @cached_property
    def is_sample(self) -> bool:
        """Whether any figure or file is invented."""
        files = self.submissions["is_sample"].fillna(False)
        return bool(files.any() or self.panel["status"].eq("sample").any())

    @cached_property
    def districts(self) -> pd.DataFrame:
        """The districts in the order of the official list (config/units.csv)."""
        return where(self.units, level="district").reset_index(drop=True)

    @cached_property
    def shown_districts(self) -> pd.DataFrame:
        """The districts, or those chosen for an ad hoc report."""
        chosen = list(self.chosen_units) or list(self.districts["unit_code"])
        return where(self.districts, unit_code=chosen)

    @cached_property
    def names(self) -> dict[str, str]:
        """Short name of every unit and agency by code."""
        names = self.units.set_index("unit_code")["short_name"].to_dict()
        if not self.agencies.empty:
            short = self.agencies.set_index("agency_code")
            names |= short["short_name_vi"].replace("", pd.NA).fillna(short["name_vi"]).to_dict()
        return names

    def unit_name(self, unit_code: str) -> str:
        """Short name of a unit; the province is "toàn tỉnh"."""
        whole = self.code(unit_code) == self.province.code
        return self.word("province") if whole else self.names[unit_code]

    @cached_property
    def ordered_goals(self) -> pd.DataFrame:
        """The plan's goals in the plan's order, indexed by goal_code."""
        return self.goals.sort_values("order").set_index("goal_code", drop=False)

    def references_on(self, goal_codes: Iterable[str]) -> list[pd.Series]:
        """Laws, roadmaps, figures of other areas (config/references.csv) on some of these goals.

        Those known on ``as_of``.
        """
        goals = set(goal_codes)
        return [
            row
            for _, row in self.references.iterrows()
            if (row["kind"] == "roadmap" or str(row["year"]) <= self.as_of[:4])
            and not goals.isdisjoint(split_codes(row["goal_codes"]))
            and self.labels.local(row, "text")
        ]

    def title(self, goal_code: str) -> str:
        """Title of a goal in the language of the labels."""
        return self.labels.local(self.ordered_goals.loc[goal_code], "title")

    def short(self, code: str) -> str:
        """Short name of an indicator in the language of the labels."""
        row = self.indicator(code)
        name = self.labels.local(row, "short_name") if self.labels.lang == "vi" else ""
        return name or self.labels.local(row, "name")

    def indicator(self, code: str) -> pd.Series:
        """Dictionary row of an indicator."""
        return first(self.indicators, indicator_code=code)

    def statement(self, goal_code: str, year: int, unit_code: str = "") -> Statement | None:
        """Everything said of one goal, target year and unit; None when the plan states none."""
        if not unit_code:
            return self.statement(goal_code, year, self.province.code)
        verdict = self.verdict(goal_code, year, unit_code)
        return None if verdict is None else make_statement(self, verdict)

    def statements(self, year: int, unit_code: str = "") -> list[Statement]:
        """Statements of one target year in the plan's order; only goals asked of the unit."""
        whole = self.code(unit_code) == self.province.code
        codes = self.ordered_goals.index if whole else self.asked_of_units(year)
        return [s for code in codes if (s := self.statement(code, year, unit_code))]

    def all_statements(self, unit_code: str = "") -> list[Statement]:
        """Statements of every target year, year by year."""
        return [s for year in self.target_years for s in self.statements(year, unit_code)]

    def asked_of_units(self, year: int) -> list[str]:
        """Goals every district is to meet: shares of people or institutions, "100 % districts"."""
        goals = self.ordered_goals
        lines = where(self.targets, target_year=year).set_index("goal_code")["target_value"]
        need = goals["goal_code"].map(lines)
        shares = goals["kind"].isin(SHARE_KINDS) & need.notna()
        return list(goals.index[shares | (goals["kind"].eq(COUNTED_KIND) & (need >= 100))])

    def coverage(self, metric: str = "coverage_80") -> pd.DataFrame:
        """Share of past outcomes inside an interval of the kit's model, by indicator_code.

        Columns: covered (percent), n, horizon (the longest tested).
        """
        rows = where(self.scores, model_id=DEFAULT, metric=metric).dropna(subset="value")
        rows = rows.assign(covered=100 * rows["value"] * rows["n"]).groupby("indicator_code")
        table = rows.agg({"covered": "sum", "n": "sum", "horizon": "max"})
        return table.assign(covered=table["covered"] / table["n"])

    def verdict(
        self, goal_code: str, year: int, unit_code: str = "", table: str = "verdicts"
    ) -> pd.Series | None:
        """Verdict of one unit on the target of ``year``, or None; ``table`` may be "previous"."""
        key = {"goal_code": goal_code, "target_year": year, "unit_code": self.code(unit_code)}
        return first(getattr(self, table), **key)

    def nowcast(self, indicator_code: str, unit_code: str) -> list:
        """Estimate (year, n_reported, n_units, median) of a year in part; empty or one row."""
        key = {"indicator_code": indicator_code, "unit_code": unit_code}
        return list(where(self.nowcasts, **key).itertuples())

    @cached_property
    def self_declared(self) -> list[str]:
        """Indicators of the plan's goals that have no official measure, as the dictionary says."""
        codes = self.ordered_goals["indicator_code"].unique()
        return [code for code in codes if SELF_DECLARED in self.indicator(code)["notes_vi"]]

    @cached_property
    def newest_gap(self) -> Gap | None:
        """Who has no figure at all of the latest year; None before any unit has one."""
        return gap_of(self, self.panel, self.province.code)

    def tally(self, year: int, unit_code: str = "") -> str:
        """How many targets of ``year`` fall in each class, in one sentence; empty without any."""
        keys = [s.key for s in self.statements(year, unit_code)]
        parts = ", ".join(
            self.word("tally.part", n=keys.count(c), verdict=self.labels.verdict(c))
            for c in CLASS_ORDER
            if c in keys
        )
        is_whole = self.targets["goal_code"].isin(self.ordered_goals.index).all()
        key = "plan" if is_whole and not unit_code else "chosen"  # of which the plan sets more
        return self.word(f"tally.{key}", n=len(keys), year=year, parts=parts) if parts else ""

    @cached_property
    def report_year(self) -> int:
        """Year the report is about: the latest year with activities, else that of ``as_of``."""
        year = int(self.as_of[:4])
        years = self.activities["year"].dropna().astype(int)
        return max((one for one in years if one <= year), default=year)

    def is_level(self, goal_code: str) -> bool:
        """Whether the goal rests on recognised levels instead of a share."""
        return self.ordered_goals.loc[goal_code, "kind"] not in SHARE_KINDS

    def rows(self, indicator_code: str) -> pd.DataFrame:
        """Panel rows of one indicator and its definition in the district frame."""
        rows = where(
            self.panel,
            indicator_code=indicator_code,
            frame=self.province.frame,
            definition_variant=self.indicator(indicator_code)["definition_variant"],
        )
        return rows.sort_values(["unit_code", "year"])

    @cached_property
    def facts(self) -> dict[str, ShareFacts | LevelFacts]:
        """What the panel knows by indicator_code, as the forecast reads it."""
        return plan_facts(self.panel, self.indicators, self.areas)

    @cached_property
    def level_figures(self) -> pd.DataFrame:
        """Figures that decide the level of a district, as the forecast reads them."""
        return level_figures(self.panel, self.standards, self.areas)

    def bounds(self, indicator_code: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Lowest and highest figure by year (rows) and unit (columns): percent, or level.

        They differ where units have not reported, or the level is not known for sure.
        """
        both = self.facts[indicator_code].bounds
        return tuple(end.rename(columns={PROVINCE: self.province.code}) for end in both)

    def districts_in(self, bounds: pd.DataFrame) -> list[str]:
        """Columns of the districts; where none has ever reported, that of the province."""
        return [unit for unit in self.districts["unit_code"] if unit in bounds] or list(bounds)

    def level_texts(self, indicator_code: str) -> pd.DataFrame:
        """Level of each district (of a milestone: the province) by year (columns), in figures.

        "1–2" is not known for sure; bounds respect dates of validity.
        """
        low, high = (end[self.districts_in(end)].T for end in self.bounds(indicator_code))
        texts = low.astype(int).astype(str)
        return texts.where(low == high, texts + "–" + high.astype(int).astype(str))

    def cells(self, indicator_code: str) -> pd.DataFrame:
        """Every reported figure in words, a row per unit and a column per year; NaN elsewhere.

        Percent, or level with its bounds; of the province the figures that its goals are judged by.
        """
        rows = self.rows(indicator_code)
        shares = rows.dropna(subset="value")
        if len(shares):
            rows = shares.assign(text=shares["value"].map(self.labels.percent))
            texts = rows.pivot_table("text", "unit_code", "year", aggfunc="last")
        else:
            texts = self.level_texts(indicator_code).map(partial(self.level_text, indicator_code))
            seen = rows.assign(seen=True).pivot_table("seen", "unit_code", "year", aggfunc="any")
            texts = texts.where(seen.reindex_like(texts).notna()).dropna(how="all")
        for statement in self.all_statements():
            if statement.indicator_code == indicator_code and statement.kind != COUNTED_KIND:
                for one in statement.history:
                    texts.loc[self.province.code, one.year] = statement.both_sources(
                        one, reported_share(self, statement, one)
                    )
        return texts.sort_index(axis=1)

    def level_text(self, indicator_code: str, figures: str) -> str:
        """A level in figures, as `level_texts` gives it, in words."""
        goals = where(self.ordered_goals, indicator_code=indicator_code)
        is_milestone = self.indicator(indicator_code)["kind"] == "milestone"
        scale = "milestone" if is_milestone else max([1, *goals["level_required"].dropna()])
        return "–".join(self.labels.level(float(end), scale) for end in figures.split("–"))

    def latest_text(self, indicator_code: str, unit_code: str) -> str:
        """Latest of `cells` for a unit, with its year where that is not the newest of the run."""
        text, year = self.latest_cell(indicator_code, unit_code)
        return text if year in (0, self.newest_year) else f"{text} ({year})"

    def latest_cell(self, indicator_code: str, unit_code: str) -> tuple[str, int]:
        """Latest of `cells` for a unit and its year; a dash and 0 when there is none."""
        texts = self.cells(indicator_code).reindex([unit_code]).iloc[0].dropna()
        return (texts.iloc[-1], int(texts.index[-1])) if len(texts) else (self.word("none"), 0)

    def bands(self, indicator_code: str, unit_code: str = "") -> pd.DataFrame:
        """Forecast quantiles from the last origin: a row per year, a column per quantile level."""
        key = {"indicator_code": indicator_code, "unit_code": self.code(unit_code)}
        rows = where(self.forecasts, frame=self.province.frame, output_type="quantile", **key)
        rows = rows[rows["origin_year"] == rows["origin_year"].max()]
        rows = rows.assign(level=rows["output_type_id"].round(3))
        return rows.pivot_table("value", "year", "level")

    def footer(self) -> str:
        """Frame, source and date of receipt: stands under every figure."""
        key = "source_sample" if self.is_sample else "source"
        source = self.word(key, date=self.labels.date(self.as_of))
        return self.word("footer", frame=self.word("frame"), source=source)


def all_units(areas: Areas) -> pd.DataFrame:
    """All units the report can name: the province, its districts, communes of the last list."""
    province, on = areas.province, areas.province.districts_end
    communes = where(areas.units(on), level="commune")
    homes = communes["unit_code"].map(areas.parents(on))
    communes = communes.assign(short_name=communes["name_vi"], district_code=homes)
    districts = areas.districts().rename(columns={"short_name_vi": "short_name"})
    districts = districts.assign(level="district", district_code=districts["unit_code"])
    whole = pd.DataFrame([[province.code, *[province.name_vi] * 2, "province"]])
    whole = whole.set_axis(UNIT_NAME_COLUMNS[:-1], axis="columns")
    return pd.concat([whole, districts, communes], ignore_index=True)[UNIT_NAME_COLUMNS]
