"""What a figure or a page is made from: the tables of one run, the plan, the words.

`Material` only selects; nothing is estimated here. "Districts" are those of the plan's frame; an
empty unit_code means the province of the plan, also after a merger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps

import numpy as np
import pandas as pd

from xhht_analysis import contracts
from xhht_analysis.forecasting.observed import observed_shares
from xhht_analysis.forecasting.plan_indicators import LevelFacts
from xhht_analysis.plan.province import Province, read_province
from xhht_analysis.project import Project
from xhht_analysis.publishing import statements
from xhht_analysis.publishing.labels import Labels, collation_key

UNIT_COLUMNS = ["unit_code", "name_vi", "short_name", "level", "district_code"]
UNIT_KIND = r"^(?:H\.|TP\.?|TX\.?|Huyện|Thị xã|Thành phố)\s+"
COUNTED_KIND = "share_districts"
SHARE_KINDS = ("share_people", "share_institutions")
VARIANTS = ["goal_code", "unit_code", "target_year", "variant", "kind", "prob_reached"]
STANDARDS = ["level_indicator", "indicator_code"]
DRIVERS = ["goal_code", "unit_code", "target_year", "rank", "feature", "effect"]
NOWCASTS = ["indicator_code", "unit_code", "year", "n_reported", "n_units", "median"]
SELF_DECLARED = "tự khai"
"""Words of the dictionary's notes (config/indicators.csv) on a figure nobody can check."""
OPTIONAL = ("forecasts", "rejects", "findings", "activities", "submissions", "scores", "variants",
            "drivers", "nowcasts")  # fmt: skip
LEVEL_KINDS = (COUNTED_KIND, "province_status", "milestone")


def kept(select: Callable) -> Callable:
    """Select once from the tables of a `Material`, which never change."""

    @wraps(select)
    def selected(self, *key):
        found = self._kept
        if (select.__name__, *key) not in found:
            found[select.__name__, *key] = select(self, *key)
        return found[select.__name__, *key]

    return selected


@dataclass(frozen=True)
class Material:
    """Tables of one run (contracts), the plan's tables and the labels.

    ``units`` has unit_code, name_vi, short_name, level, district_code. ``previous`` holds the
    verdicts of the run before, or no rows.
    """

    as_of: str
    panel: pd.DataFrame
    forecasts: pd.DataFrame
    verdicts: pd.DataFrame
    goals: pd.DataFrame
    targets: pd.DataFrame
    indicators: pd.DataFrame
    units: pd.DataFrame
    agencies: pd.DataFrame = field(default_factory=pd.DataFrame)
    standards: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=STANDARDS))
    tasks: pd.DataFrame = field(default_factory=pd.DataFrame)
    rejects: pd.DataFrame = field(default_factory=contracts.REJECTS.empty)
    findings: pd.DataFrame = field(default_factory=contracts.FINDINGS.empty)
    activities: pd.DataFrame = field(default_factory=contracts.ACTIVITIES.empty)
    submissions: pd.DataFrame = field(default_factory=contracts.SUBMISSIONS.empty)
    scores: pd.DataFrame = field(default_factory=contracts.SCORES.empty)
    previous: pd.DataFrame = field(default_factory=contracts.VERDICTS.empty)
    previous_panel: pd.DataFrame = field(default_factory=contracts.PANEL.empty)
    variants: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=VARIANTS))
    drivers: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=DRIVERS))
    nowcasts: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=NOWCASTS))
    labels: Labels = field(default_factory=Labels)
    chosen_units: tuple[str, ...] = ()
    """Districts that an ad hoc report shows; sums and counts are always of all."""
    province: Province = field(default_factory=lambda: read_province(Project().config_dir))

    @cached_property
    def target_years(self) -> tuple[int, ...]:
        """Years for which the plan states targets, in order."""
        return tuple(sorted({int(year) for year in self.targets["target_year"]}))

    last_year = property(lambda self: self.target_years[-1], doc="The plan's last target year.")

    @property
    def next_years(self) -> tuple[int, int]:
        """The two target years of a page: the last that is past (or the first), and the last."""
        past = [year for year in self.target_years[:-1] if f"{year}-12-31" < self.as_of]
        return (past or list(self.target_years))[-1 if past else 0], self.last_year

    def code(self, unit_code: str) -> str:
        """The province's own code for an empty one."""
        return unit_code or self.province.code

    @cached_property
    def _kept(self) -> dict:
        return {}

    @cached_property
    def is_sample(self) -> bool:
        """Whether any figure or file is invented."""
        files = bool(self.submissions["is_sample"].fillna(False).any())
        return files or bool((self.panel["status"] == "sample").any())

    @cached_property
    def districts(self) -> pd.DataFrame:
        """The districts in Vietnamese order of their proper names."""
        rows = self.units[self.units["level"] == "district"]
        proper = rows["short_name"].str.replace(UNIT_KIND, "", regex=True).map(collation_key)
        keys = list(zip(proper, rows["unit_code"], range(len(rows)), strict=True))
        return rows.iloc[[place for *_, place in sorted(keys)]].reset_index(drop=True)

    @cached_property
    def shown_districts(self) -> pd.DataFrame:
        """The districts, or those chosen for an ad hoc report."""
        rows = self.districts
        return rows[rows["unit_code"].isin(self.chosen_units)] if self.chosen_units else rows

    @cached_property
    def names(self) -> dict[str, str]:
        """Short name of every unit and agency by code."""
        known = dict(zip(self.units["unit_code"], self.units["short_name"], strict=True))
        if not self.agencies.empty:
            short = self.agencies["short_name_vi"].replace("", pd.NA)
            short = short.fillna(self.agencies["name_vi"])
            known |= dict(zip(self.agencies["agency_code"], short, strict=True))
        return known

    @cached_property
    def ordered_goals(self) -> pd.DataFrame:
        """The plan's goals in the plan's order, indexed by goal_code."""
        goals = self.goals.assign(order=self.goals["order"].astype(int))
        return goals.sort_values("order").set_index("goal_code", drop=False)

    def title(self, goal_code: str) -> str:
        """Title of a goal in the language of the labels."""
        return self.labels.local(self.ordered_goals.loc[goal_code], "title")

    def short(self, code: str) -> str:
        """Short name of an indicator in the language of the labels."""
        row = self.indicator(code)
        name = self.labels.local(row, "short_name") if self.labels.lang == "vi" else ""
        return name or self.labels.local(row, "name")

    def indicator(self, code: str) -> pd.Series:
        """Dictionary row of an indicator; a code the dictionary lacks gives bare defaults."""
        rows = self.indicators[self.indicators["indicator_code"] == code]
        bare = pd.Series({"indicator_code": code, "name_vi": code, "kind": "share"})
        return rows.iloc[0] if len(rows) else bare

    def statement(
        self, goal_code: str, year: int, unit_code: str = ""
    ) -> statements.Statement | None:
        """Everything said of one goal, target year and unit; None when the plan states none."""
        return self._statement(goal_code, year, self.code(unit_code))

    @kept
    def _statement(self, goal_code: str, year: int, unit_code: str) -> statements.Statement | None:
        verdict = self.verdict(goal_code, year, unit_code)
        return None if verdict is None else statements.make_statement(self, verdict)

    def statements(self, year: int, unit_code: str = "") -> list[statements.Statement]:
        """Statements of one target year in the plan's order; only goals asked of the unit."""
        whole = self.code(unit_code) == self.province.code
        codes = self.ordered_goals.index if whole else self.asked_of_units(year)
        said = (self.statement(code, year, unit_code) for code in codes)
        return [one for one in said if one is not None]

    def asked_of_units(self, year: int) -> list[str]:
        """Goals every district is to meet: shares of people or institutions, "100 % districts"."""
        goals, lines = self.ordered_goals, (self.target(c, year) for c in self.ordered_goals.index)
        return [
            code
            for code, line in zip(goals.index, lines, strict=True)
            if line is not None
            and (
                goals.loc[code, "kind"] in SHARE_KINDS
                or (goals.loc[code, "kind"] == COUNTED_KIND and float(line["target_value"]) >= 100)
            )
        ]

    @kept
    def parent_goal(self, goal_code: str) -> str:
        """Goal of which this one is a part ("trong đó"); empty when there is none.

        That of the parent indicator, or of the next lower level of the same standard.
        """
        goals = self.ordered_goals
        goal = goals.loc[goal_code]
        if goal["kind"] == COUNTED_KIND:
            lower = goals[
                (goals["indicator_code"] == goal["indicator_code"])
                & (goals["kind"] == COUNTED_KIND)
                & (pd.to_numeric(goals["level_required"]) < float(goal["level_required"]))
            ]
        else:
            parent = self.indicator(goal["indicator_code"]).get("parent_indicator")
            lower = goals[goals["indicator_code"] == parent]
        return "" if lower.empty else str(lower.index[-1])

    def chance_of(self, said: statements.Statement, need: float) -> float:
        """P(the province stands at ``need`` in the target year) from the forecasts; NaN without."""
        code = said.goal_code if said.measure_unit == "units" else said.indicator_code
        rows = self.forecasts
        rows = rows[
            (rows["indicator_code"] == code)
            & (rows["unit_code"] == said.unit_code)
            & (rows["year"] == said.target_year)
            & (rows["frame"] == self.province.frame)
        ]
        kind = "quantile" if said.measure_unit == "percent" else "pmf"
        rows = rows[rows["output_type"] == kind].sort_values("output_type_id")
        if rows.empty:
            return float("nan")
        at, value = rows["output_type_id"].to_numpy(), rows["value"].to_numpy()
        if kind == "pmf":
            return float(value[at >= need].sum())
        return float(1 - np.interp(need, value, at, left=0, right=1))

    @kept
    def verdict(
        self, goal_code: str, year: int, unit_code: str = "", table: str = "verdicts"
    ) -> pd.Series | None:
        """Verdict of one unit on the target of ``year``, or None; ``table`` may be "previous"."""
        rows = getattr(self, table)
        mask = (rows["goal_code"] == goal_code) & (rows["target_year"] == year)
        rows = rows[mask & (rows["unit_code"] == self.code(unit_code))]
        return None if rows.empty else rows.iloc[0]

    @kept
    def target(self, goal_code: str, year: int) -> pd.Series | None:
        """Target row of the plan for ``year``, or None."""
        mask = (self.targets["goal_code"] == goal_code) & (
            self.targets["target_year"].astype(int) == year
        )
        return None if not mask.any() else self.targets[mask].iloc[0]

    def n_communes(self, unit_code: str) -> int:
        """Communes in the area of a former district."""
        rows = self.units[self.units["level"] == "commune"]
        return int((rows["district_code"] == unit_code).sum())

    def silent_units(self, indicator_code: str, year: int) -> list[str]:
        """Names of who has no figure of that year: communes where they report, else districts."""
        rows = self.panel[self.panel["indicator_code"] == indicator_code]
        if not rows["unit_code"].isin(self.districts["unit_code"]).any():
            return []  # no district has ever reported it: a milestone of one agency
        rows = rows[(rows["year"] == year) & (rows["value"].notna() | rows["level"].notna())]
        known = set(rows["unit_code"])
        silent = [u for u in self.districts["unit_code"] if u not in known]
        communes = self.units[(self.units["level"] == "commune")]
        if not self.province.has_districts(f"{year}-12-31") and known & set(communes["unit_code"]):
            mine = communes[communes["district_code"].isin(silent)]
            silent = [u for u in mine["unit_code"] if u not in known]
        return [self.names[u] for u in silent]

    def is_self_declared(self, indicator_code: str) -> bool:
        """Whether the dictionary says that the figure has no official measure."""
        note = str(self.indicator(indicator_code).get("notes_vi", ""))
        return SELF_DECLARED in note

    @cached_property
    def report_year(self) -> int:
        """Year the report is about: the latest year with activities, else that of ``as_of``."""
        years = self.activities["year"].dropna()
        years = years[years <= int(self.as_of[:4])]
        return int(years.max()) if len(years) else int(self.as_of[:4])

    def is_level(self, goal_code: str) -> bool:
        """Whether the goal rests on recognised levels instead of a share."""
        return self.ordered_goals.loc[goal_code, "kind"] in LEVEL_KINDS

    @kept
    def rows(self, indicator_code: str) -> pd.DataFrame:
        """Panel rows of one indicator and its definition in the district frame."""
        mask = (self.panel["indicator_code"] == indicator_code) & (
            self.panel["frame"] == self.province.frame
        )
        variant = self.indicator(indicator_code).get("definition_variant")
        if isinstance(variant, str) and variant:
            mask &= self.panel["definition_variant"] == variant
        return self.panel[mask].sort_values(["unit_code", "year"])

    @kept
    def level_facts(self, indicator_code: str) -> LevelFacts:
        """What is known of a standard: levels of the districts and of the province itself."""
        rows, districts = self.rows(indicator_code), list(self.districts["unit_code"])
        code = self.province.code
        units = districts if rows["unit_code"].isin(districts).any() else [code]
        top = pd.to_numeric(self.indicator(indicator_code).get("level_max"), errors="coerce")
        return LevelFacts(indicator_code, rows, units, 1 if pd.isna(top) else int(top), code)

    @kept
    def levels(self, indicator_code: str) -> pd.DataFrame:
        """Level of each district (of a milestone: the province) and year.

        Columns unit_code, year, low, high, reported: ``low`` and ``high`` bound what is not known
        for sure and respect dates of validity; ``reported`` tells whether the panel has a row.
        """
        facts = self.level_facts(indicator_code)
        if facts.history.empty:
            return pd.DataFrame(columns=["unit_code", "year", "low", "high", "reported"])
        low, high = (ends[facts.units].to_numpy(dtype=int).T.ravel() for ends in facts.bounds)
        names = ["unit_code", "year"]
        grid = pd.MultiIndex.from_product([facts.units, facts.bounds[0].index], names=names)
        known = pd.MultiIndex.from_frame(facts.rows[names].astype({"year": int}))
        values = {"low": low, "high": high, "reported": grid.isin(known)}
        return pd.DataFrame(values, index=grid).reset_index()

    def cells(self, indicator_code: str) -> dict[tuple[str, int], str]:
        """Every reported figure in words by unit and year: percent, or level with its bounds."""
        rows = self.rows(indicator_code).dropna(subset="value")
        if len(rows):
            return {(r.unit_code, r.year): self.labels.percent(r.value) for r in rows.itertuples()}
        rows = self.levels(indicator_code)
        return {
            (r.unit_code, r.year): f"{r.low}–{r.high}" if r.high > r.low else f"{r.low}"
            for r in rows[rows["reported"].astype(bool)].itertuples()
        }

    @kept
    def observed(
        self, goal_code: str, indicator_code: str | None = None, unit_code: str = ""
    ) -> pd.DataFrame:
        """Year by year what was achieved: year, low, high (equal unless districts are missing).

        Percent for shares; of levels the number of districts for a target in districts, else the
        level of the unit; the province's is that of its lowest district. ``indicator_code`` is
        that of one target where the goal's targets measure two standards.
        """
        code = indicator_code or self.ordered_goals.loc[goal_code, "indicator_code"]
        whole, unit_code = self.province.code, self.code(unit_code)
        goal = self.ordered_goals.loc[goal_code]
        if goal["kind"] not in LEVEL_KINDS:
            rows = self.rows(code).dropna(subset="value")
            units = list(self.districts["unit_code"])
            own = rows[rows["unit_code"].isin(units)]
            bounds = observed_shares(own, rows[rows["unit_code"] == whole], units, whole)
            empty = pd.Series(dtype=float)
            low, high = (side.get(unit_code, empty) for side in bounds)
        else:
            facts = self.level_facts(code)
            if facts.history.empty:
                return pd.DataFrame(columns=["year", "low", "high"])
            low, high = facts.bounds
            if unit_code == whole and goal["kind"] == COUNTED_KIND:
                required = float(goal["level_required"])
                low, high = ((end[facts.units] >= required).sum(axis=1) for end in (low, high))
            else:
                nothing = pd.Series(dtype=float)
                low, high = low.get(unit_code, nothing), high.get(unit_code, nothing)
        table = pd.DataFrame({"low": low, "high": high}).dropna().rename_axis("year")
        return table.astype(float).reset_index().astype({"year": int})

    @kept
    def bands(self, indicator_code: str, unit_code: str = "") -> pd.DataFrame:
        """Forecast quantiles: one row per year, one column per quantile level."""
        try:
            return self._bands.loc[(indicator_code, self.code(unit_code))].dropna(axis=1, how="all")
        except KeyError:
            return pd.DataFrame()

    @cached_property
    def _bands(self) -> pd.DataFrame:
        """Quantiles from the last origin: rows indicator_code, unit_code, year."""
        rows, keys = self.forecasts, ["indicator_code", "unit_code"]
        rows = rows[(rows["frame"] == self.province.frame) & (rows["output_type"] == "quantile")]
        last = rows.groupby(keys)["origin_year"].transform("max")
        rows = rows[rows["origin_year"] == last]
        table = rows.pivot_table(index=[*keys, "year"], columns="output_type_id", values="value")
        return table.set_axis([round(float(c), 3) for c in table.columns], axis=1)

    def footer(self) -> str:
        """Frame, source and date of receipt: stands under every figure."""
        source = self.labels.word("source", date=self.labels.date(self.as_of))
        return self.labels.word("footer", frame=self.labels.word("frame"), source=source)


def all_units(known) -> pd.DataFrame:
    """All units the report can name: the province, its districts, communes of the last list."""
    end = known.province.districts_end
    new = known.units(end)
    new = new[new["level"] == "commune"]
    new = new.assign(
        short_name=new["name_vi"],
        district_code=[known.former_district(code) for code in new["unit_code"]],
    )
    own = {"unit_code": known.province.code, "name_vi": known.province.name_vi}
    province = pd.DataFrame([{**own, "short_name": own["name_vi"], "level": "province"}])
    districts = known.districts().rename(columns={"short_name_vi": "short_name"})
    districts = districts.assign(level="district", district_code=districts["unit_code"])
    return pd.concat([province, districts, new], ignore_index=True)[UNIT_COLUMNS]
