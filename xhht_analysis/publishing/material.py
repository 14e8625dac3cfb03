"""What a figure or a page is made from: the tables of one run, the plan, the words.

`Material` only selects; nothing is estimated here. "Districts" are the 11 of the frame 2021;
the province is unit 82 in that frame (Tiền Giang before the merger of 2025-07-01).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from pathlib import Path

import pandas as pd

from xhht_analysis import contracts, store
from xhht_analysis.forecasting.levels import observed_bounds
from xhht_analysis.forecasting.observed import observed_shares
from xhht_analysis.project import Project, resolve
from xhht_analysis.publishing.labels import Labels, collation_key

PROVINCE = "82"
LAST_DISTRICT_DAY = "2025-06-30"
UNIT_COLUMNS = ["unit_code", "name_vi", "short_name", "level", "district_code"]
UNIT_KIND = r"^(?:H\.|TP\.?|TX\.?|Huyện|Thị xã|Thành phố)\s+"
TARGET_YEARS = (2025, 2030)
COUNTED_KIND = "share_districts"
CERTAIN = 1e-9
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
    tasks: pd.DataFrame = field(default_factory=pd.DataFrame)
    rejects: pd.DataFrame = field(default_factory=contracts.REJECTS.empty)
    findings: pd.DataFrame = field(default_factory=contracts.FINDINGS.empty)
    activities: pd.DataFrame = field(default_factory=contracts.ACTIVITIES.empty)
    submissions: pd.DataFrame = field(default_factory=contracts.SUBMISSIONS.empty)
    scores: pd.DataFrame = field(default_factory=contracts.SCORES.empty)
    previous: pd.DataFrame = field(default_factory=contracts.VERDICTS.empty)
    labels: Labels = field(default_factory=Labels)

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
        """The 11 districts in Vietnamese order of their proper names."""
        rows = self.units[self.units["level"] == "district"]
        proper = rows["short_name"].str.replace(UNIT_KIND, "", regex=True).map(collation_key)
        keys = list(zip(proper, rows["unit_code"], range(len(rows)), strict=True))
        return rows.iloc[[place for *_, place in sorted(keys)]].reset_index(drop=True)

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

    @kept
    def verdict(self, goal_code: str, year: int, unit_code: str = PROVINCE) -> pd.Series | None:
        """Verdict of one unit on the target of ``year``, or None when the plan states none."""
        rows = self.verdicts
        mask = (rows["goal_code"] == goal_code) & (rows["target_year"] == year)
        rows = rows[mask & (rows["unit_code"] == unit_code)]
        return None if rows.empty else rows.iloc[0]

    @kept
    def target(self, goal_code: str, year: int) -> pd.Series | None:
        """Target row of the plan for ``year``, or None."""
        mask = (self.targets["goal_code"] == goal_code) & (
            self.targets["target_year"].astype(int) == year
        )
        return None if not mask.any() else self.targets[mask].iloc[0]

    def is_level(self, goal_code: str) -> bool:
        """Whether the goal rests on recognised levels instead of a share."""
        return self.ordered_goals.loc[goal_code, "kind"] in LEVEL_KINDS

    @kept
    def rows(self, indicator_code: str) -> pd.DataFrame:
        """Panel rows of one indicator and its definition in the district frame."""
        mask = (self.panel["indicator_code"] == indicator_code) & (
            self.panel["frame"] == contracts.FRAME_DISTRICTS
        )
        variant = self.indicator(indicator_code).get("definition_variant")
        if isinstance(variant, str) and variant:
            mask &= self.panel["definition_variant"] == variant
        return self.panel[mask].sort_values(["unit_code", "year"])

    @kept
    def levels(self, indicator_code: str) -> pd.DataFrame:
        """Level of each district and year: unit_code, year, low, high, reported.

        ``low`` and ``high`` bound what is not known for sure and respect dates of validity
        (`observed_bounds`); ``reported`` tells whether the panel has a row. A milestone has one
        unit, the province.
        """
        rows = self.rows(indicator_code)
        own = rows[rows["unit_code"].isin(self.districts["unit_code"])]
        codes = set(self.districts["unit_code"]) if len(own) else {PROVINCE}
        own = rows[rows["unit_code"].isin(codes)]
        if own.empty:
            return pd.DataFrame(columns=["unit_code", "year", "low", "high", "reported"])
        silent = sorted(codes - set(own["unit_code"]))
        blank = pd.DataFrame({"unit_code": silent, "year": own["year"].max()})
        top = pd.to_numeric(self.indicator(indicator_code).get("level_max"), errors="coerce")
        history = pd.concat([own, blank]) if silent else own
        low, high, _, years, units = observed_bounds(history, None if pd.isna(top) else int(top))
        grid = pd.MultiIndex.from_product([units, years], names=["unit_code", "year"])
        known = pd.MultiIndex.from_frame(own[["unit_code", "year"]].astype({"year": int}))
        values = {"low": low.ravel(), "high": high.ravel(), "reported": grid.isin(known)}
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
    def observed(self, goal_code: str, indicator_code: str | None = None) -> pd.DataFrame:
        """Year by year what was achieved: year, low, high (equal unless districts are missing).

        Percent for shares, number of districts for shares of districts, else the level of the
        province, which is that of its lowest district. ``indicator_code`` is that of one target
        where the goal's targets measure two standards.
        """
        code = indicator_code or self.ordered_goals.loc[goal_code, "indicator_code"]
        goal = self.ordered_goals.loc[goal_code]
        if goal["kind"] not in LEVEL_KINDS:
            rows = self.rows(code).dropna(subset="value")
            units = list(self.districts["unit_code"])
            own = rows[rows["unit_code"].isin(units)]
            bounds = observed_shares(own, rows[rows["unit_code"] == PROVINCE], units)
            low, high = (side[PROVINCE] for side in bounds)
        else:
            cells = self.levels(code).set_index(["unit_code", "year"])[["low", "high"]]
            if goal["kind"] == COUNTED_KIND:
                cells = (cells >= float(goal["level_required"])).groupby("year").sum()
            else:
                cells = cells.groupby("year").min()
            low, high = cells["low"], cells["high"]
        table = pd.DataFrame({"low": low, "high": high}).dropna().rename_axis("year")
        return table.astype(float).reset_index().astype({"year": int})

    def outcome(self, verdict: pd.Series) -> pd.Series | None:
        """What was observed in the target year itself, or None."""
        rows = self.observed(verdict["goal_code"], verdict["indicator_code"])
        rows = rows[rows["year"] == verdict["target_year"]]
        return None if rows.empty else rows.iloc[0]

    def outcome_text(self, verdict: pd.Series) -> str:
        """Figure of the target year in words, as a range where districts are missing."""
        found = self.outcome(verdict)
        if found is None:
            return self.labels.word("none")
        return self.span(verdict, found["low"], found["high"])

    def span(self, verdict: pd.Series, low: float, high: float) -> str:
        """One value, or the range between two, in the unit of the verdict."""
        if high - low < CERTAIN:
            return self.amount(verdict, low)
        ends = {"low": self.amount(verdict, low), "high": self.amount(verdict, high)}
        return self.labels.word("range", **ends)

    def current_text(self, verdict: pd.Series) -> str:
        """Latest figure of a verdict in words; empty when there is none."""
        if pd.isna(verdict["current_year"]):
            return ""
        if pd.notna(verdict["current"]):
            return self.amount(verdict, verdict["current"])
        return self.span(verdict, verdict["current_low"], verdict["current_high"])

    @kept
    def bands(self, indicator_code: str, unit_code: str = PROVINCE) -> pd.DataFrame:
        """Forecast quantiles: one row per year, one column per quantile level."""
        try:
            return self._bands.loc[(indicator_code, unit_code)].dropna(axis=1, how="all")
        except KeyError:
            return pd.DataFrame()

    @cached_property
    def _bands(self) -> pd.DataFrame:
        """Quantiles from the last origin: rows indicator_code, unit_code, year."""
        rows, keys = self.forecasts, ["indicator_code", "unit_code"]
        rows = rows[(rows["frame"] == contracts.FRAME_DISTRICTS)
                    & (rows["output_type"] == "quantile")]  # fmt: skip
        last = rows.groupby(keys)["origin_year"].transform("max")
        rows = rows[rows["origin_year"] == last]
        table = rows.pivot_table(index=[*keys, "year"], columns="output_type_id", values="value")
        return table.set_axis([round(float(c), 3) for c in table.columns], axis=1)

    def amount(self, verdict: pd.Series, value: float) -> str:
        """``value`` of a verdict in words: percent, number of districts, or level."""
        if pd.isna(value):
            return self.labels.word("none")
        code = verdict["goal_code"]
        if verdict["measure_unit"] == "units":
            n = self.labels.number(value)
            return self.labels.word("units_of", n=n, total=self.labels.number(len(self.districts)))
        if verdict["measure_unit"] == "level":
            return self.level_name(code, value, verdict["target_value"])
        return self.labels.percent(value)

    def level_name(self, goal_code: str, value: float, required: float) -> str:
        """Word of a level: milestones by name, one-step recognitions as recognised or not."""
        if self.ordered_goals.loc[goal_code, "kind"] == "milestone":
            return self.labels.word(f"milestone.{int(value)}")
        if required <= 1:
            return self.labels.word("level_met" if value >= 1 else "level_unmet")
        return self.labels.word("level", n=self.labels.number(value))

    def target_text(self, verdict: pd.Series) -> str:
        """The target in words; a share of districts also as whole districts."""
        if verdict["measure_unit"] == "units" and pd.notna(verdict["target_units"]):
            total = self.labels.number(len(self.districts))
            n = self.labels.number(verdict["target_units"])
            return self.labels.word("units_of", n=n, total=total)
        return self.amount(verdict, verdict["target_value"])

    def footer(self) -> str:
        """Frame, source and date of receipt: stands under every figure."""
        source = self.labels.word("source", date=self.labels.date(self.as_of))
        return self.labels.word("footer", frame=self.labels.word("frame"), source=source)


def read_material(
    processed_dir: Path, config_dir: Path | None = None, *, lang: str = "vi", previous_dir: str = ""
) -> Material:
    """Read the tables of one run and the plan.

    Raises
    ------
    store.MissingTableError
        If panel or verdicts are missing; the other tables may be, and are empty then.
    """
    from xhht_analysis.plan import areas, goals

    config = config_dir or Project().config_dir
    must = {name: store.read_table(name, processed_dir) for name in ("panel", "verdicts")}
    may = {
        name: store.read_table(name, processed_dir)
        if (processed_dir / f"{name}.csv").is_file()
        else contracts.TABLES[name].empty()
        for name in ("forecasts", "rejects", "findings", "activities", "submissions", "scores")
    }
    unread = may["findings"]["rule"].str.endswith("_left_out")  # told to the sender by check
    may["findings"] = may["findings"][~unread]
    as_of = max([*must["verdicts"]["as_of"].dropna(), *must["panel"]["as_of"].dropna()], default="")
    earlier = resolve(previous_dir) if previous_dir else None
    found = earlier is not None and (earlier / "verdicts.csv").is_file()
    previous = store.read_table("verdicts", earlier) if found else contracts.VERDICTS.empty()
    return Material(
        as_of=as_of,
        goals=goals.read_goals(config),
        targets=goals.read_targets(config),
        indicators=goals.read_indicators(config),
        agencies=goals.read_agencies(config),
        tasks=goals.read_tasks(config),
        units=all_units(areas.read_areas(config)),
        previous=previous,
        labels=Labels(lang),
        **must,
        **may,
    )


def all_units(known) -> pd.DataFrame:
    """All units the report can name: districts before, communes after the merger."""
    new = known.units(contracts.DISTRICTS_END)
    new = new[new["level"] == "commune"]
    new = new.assign(
        short_name=new["name_vi"],
        district_code=[known.former_district(code) for code in new["unit_code"]],
    )
    old = known.units(LAST_DISTRICT_DAY)
    province = old[old["level"] == "province"].assign(short_name=old["name_vi"])
    districts = known.districts().rename(columns={"short_name_vi": "short_name"})
    districts = districts.assign(level="district", district_code=districts["unit_code"])
    return pd.concat([province, districts, new], ignore_index=True)[UNIT_COLUMNS]
