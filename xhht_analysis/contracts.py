"""The contract of every table the kit writes: columns, keys, measure units, ranges.

The only home of column names. Tables are long and tidy, percent is always 0-100, codes and dates
(ISO 8601, ``YYYY-MM-DD``) are strings, counts are floats that hold whole numbers (an empty cell
is NaN). `store` reads and writes with these types; `check` lists every breach at once.
"""

from __future__ import annotations

from xhht_analysis.schema import Column, ContractError, Table, check, conform  # noqa: F401

MAX_PERCENT = 100.0

STATUSES = ("ok", "doubtful", "sample")
OUTCOMES = ("panel", "rejected", "superseded", "duplicate", "out_of_scope")
VALUE_TYPES = ("reported", "corrected", "derived")
MISSING_REASONS = ("not_submitted", "rejected", "unit_incomplete")

VERDICT_CLASSES = (
    "reached",  # đã đạt: observed on or before the target date
    "missed",  # chưa đạt: the target date is past and the observed value is below
    "very_likely",  # 90-100 %
    "likely",  # 67-90 %
    "open",  # 33-67 %
    "unlikely",  # 10-33 %
    "very_unlikely",  # 0-10 %
    "no_data",  # chưa đủ số liệu
)

CODE = Column("str")
MAYBE = Column("str", required=False)
YEAR = Column("int", low=1900, high=2100)
COUNT = Column("float", required=False, low=0)
PERCENT = Column("float", required=False, low=0, high=MAX_PERCENT)
LEVEL = Column("float", required=False, low=0, high=3)
PROBABILITY = Column("float", required=False, low=0, high=1)
ANY_NUMBER = Column("float", required=False)

OBSERVATIONS = Table(
    "observations",
    {
        "source_id": Column("str", note="stable id of file, sheet, cell and indicator"),
        "outcome": Column("str", allowed=OUTCOMES),
        "indicator_code": MAYBE,
        "definition_variant": MAYBE,
        "unit_code": MAYBE,
        "unit_name_raw": MAYBE,
        "year": Column("int", required=False),
        "numerator": ANY_NUMBER,
        "denominator": ANY_NUMBER,
        "value": ANY_NUMBER,
        "level": ANY_NUMBER,
        "valid_from": MAYBE,
        "valid_to": MAYBE,
        "status": Column("str", allowed=STATUSES),
        "snapshot_date": MAYBE,
        "received_on": CODE,
        "sender": MAYBE,
        "form": MAYBE,
        "file": CODE,
        "sheet": MAYBE,
        "cell": MAYBE,
    },
    key=("source_id",),
    note="As submitted. A file refused whole is one row with the outcome rejected.",
)

PANEL_KEY = ("indicator_code", "definition_variant", "unit_code", "year", "frame")
PANEL = Table(
    "panel",
    {
        "indicator_code": CODE,
        "definition_variant": CODE,
        "unit_code": CODE,
        "year": YEAR,
        "frame": Column("str", note="list of units, as config/province.yml names it"),
        "numerator": COUNT,
        "denominator": COUNT,
        "value": PERCENT,
        "value_submitted": ANY_NUMBER,
        "level": LEVEL,
        "level_derived_min": LEVEL,
        "level_derived_max": LEVEL,
        "valid_from": MAYBE,
        "valid_to": MAYBE,
        "value_type": Column("str", allowed=VALUE_TYPES),
        "status": Column("str", allowed=STATUSES),
        "missing_reason": Column("str", required=False, allowed=MISSING_REASONS),
        "as_of": CODE,
        "source_id": MAYBE,
    },
    key=PANEL_KEY,
    note="One figure per indicator, definition, unit, year and frame, as known on as_of.",
)

REJECTS = Table(
    "rejects",
    {
        "file": Column("str", note="relative to RAW, with /"),
        "sheet": MAYBE,
        "cell": Column("str", required=False, note="A1 style; in CSV the line number"),
        "raw": MAYBE,
        "rule": CODE,
        "remedy": Column("str", note="Vietnamese"),
        "indicator_code": MAYBE,
        "unit_code": MAYBE,
        "year": Column("int", required=False),
    },
)

FINDINGS = Table(
    "findings",
    {
        "file": MAYBE,
        "sheet": MAYBE,
        "cell": MAYBE,
        "indicator_code": MAYBE,
        "unit_code": MAYBE,
        "year": Column("int", required=False),
        "rule": CODE,
        "message": Column("str", note="Vietnamese"),
    },
)

ACTIVITIES = Table(
    "activities",
    {
        "task_code": MAYBE,
        "reporter_code": Column("str", note="unit_code or agency_code"),
        "year": YEAR,
        "status": Column(
            "str", required=False, allowed=("not_started", "in_progress", "done", "stopped")
        ),
        "text": MAYBE,
        "budget_planned": Column("float", required=False, low=0, note="million đồng"),
        "budget_spent": Column("float", required=False, low=0, note="million đồng"),
        "budget_source": Column(
            "str", required=False, allowed=("state_budget", "programme", "social")
        ),
        "difficulty": MAYBE,
        "proposal": MAYBE,
        "received_on": CODE,
        "file": CODE,
        "sheet": MAYBE,
        "cell": MAYBE,
    },
)

SUBMISSIONS = Table(
    "submissions",
    {
        "file": CODE,
        "received_on": CODE,
        "sender": Column("str", required=False, note="unit_code or agency_code"),
        "sender_name": MAYBE,
        "year": Column("int", required=False),
        "forms": Column("str", required=False, note="recognised forms, joined by ;"),
        "n_observations": Column("int", low=0),
        "n_panel": Column("int", low=0),
        "n_rejected": Column("int", low=0),
        "n_superseded": Column("int", low=0),
        "n_duplicate": Column("int", low=0),
        "n_out_of_scope": Column("int", low=0),
        "n_columns_left_out": Column("int", low=0, note="columns of numbers that were not read"),
        "is_sample": Column("bool"),
        "sha256": CODE,
    },
    key=("file",),
    note="One row per file received by as_of: the account of the intake.",
)

FORECASTS = Table(
    "forecasts",
    {
        "model_id": CODE,
        "as_of": CODE,
        "indicator_code": CODE,
        "unit_code": CODE,
        "frame": Column("str", note="list of units, as config/province.yml names it"),
        "origin_year": YEAR,
        "horizon": Column("int", low=0),
        "year": YEAR,
        "output_type": Column("str", allowed=("mean", "median", "quantile", "pmf", "sample")),
        "output_type_id": Column("float", required=False, note="quantile level, or level 0-3"),
        "value": Column("float", low=0),
    },
    key=(
        "model_id",
        "indicator_code",
        "unit_code",
        "frame",
        "origin_year",
        "year",
        "output_type",
        "output_type_id",
    ),
    note="hubverse rows: percent for shares, probability for a pmf over levels or counts.",
)

VERDICTS = Table(
    "verdicts",
    {
        "goal_code": CODE,
        "indicator_code": CODE,
        "unit_code": CODE,
        "frame": Column("str", note="list of units, as config/province.yml names it"),
        "target_year": YEAR,
        "comparator": Column("str", allowed=(">=", "<=")),
        "target_value": Column("float", note="percent, number of units, or level"),
        "measure_unit": Column("str", allowed=("percent", "units", "level")),
        "target_units": Column("float", required=False, note="districts needed for a share target"),
        "n_units": Column("float", required=False, note="districts in the count"),
        "current_year": Column("int", required=False),
        "current": ANY_NUMBER,
        "current_low": Column("float", required=False, note="bound when units are missing"),
        "current_high": Column("float", required=False, note="bound when units are missing"),
        "current_by_rule": Column(
            "float", required=False, note="level by the rules, where the report says another"
        ),
        "n_points": Column("int", low=0, note="years observed"),
        "median": ANY_NUMBER,
        "q025": ANY_NUMBER,
        "q100": ANY_NUMBER,
        "q250": ANY_NUMBER,
        "q750": ANY_NUMBER,
        "q900": ANY_NUMBER,
        "q975": ANY_NUMBER,
        "prob_reached": PROBABILITY,
        "prob_ever": Column("float", required=False, low=0, high=1, note="ever by the date"),
        "prob_held": Column("float", required=False, low=0, high=1, note="reached and held"),
        "prob_low": Column(
            "float", required=False, low=0, high=1, note="least chance under the reference hazards"
        ),
        "prob_high": Column(
            "float", required=False, low=0, high=1, note="greatest, where points are too few"
        ),
        "verdict_class": Column("str", allowed=VERDICT_CLASSES),
        "basis": Column("str", allowed=("observed", "forecast", "expert", "none")),
        "firmness": Column("str", required=False, allowed=("firm", "depends")),
        "depends_on": Column("str", required=False, note="the assumption that moves the class"),
        "pace_required": Column("float", required=False, note="per year, in measure_unit"),
        "pace_own": Column("float", required=False, note="per year, in measure_unit"),
        "pace_ratio": Column("float", required=False, note="required / own"),
        "people_required": Column("float", required=False, note="people (or units) a year"),
        "year_reached_median": Column("float", required=False),
        "year_reached_low": Column("float", required=False),
        "year_reached_high": Column("float", required=False),
        "extra_pace_50": Column("float", required=False, note="extra points a year for P >= 50 %"),
        "extra_pace_80": Column("float", required=False),
        "extra_pace_90": Column("float", required=False),
        "leverage": Column(
            "float", required=False, note="gain in the province's chance if the unit reached it"
        ),
        "prob_best3": PROBABILITY,
        "prob_last3": PROBABILITY,
        "reason": Column("str", required=False, note="why there is no probability, or caveat"),
        "model_id": MAYBE,
        "tested": Column("str", required=False, allowed=("scored", "unscored")),
        "as_of": CODE,
    },
    key=("goal_code", "indicator_code", "unit_code", "frame", "target_year"),
    note="One row per goal target and unit (the province and each district).",
)

VARIANTS = Table(
    "variants",
    {
        "goal_code": CODE,
        "unit_code": CODE,
        "frame": Column("str", note="list of units, as config/province.yml names it"),
        "target_year": YEAR,
        "variant": CODE,
        "kind": Column("str", allowed=("model", "data")),
        "prob_reached": PROBABILITY,
        "verdict_class": Column("str", required=False, allowed=VERDICT_CLASSES),
        "n_figures": Column("float", required=False, low=0, note="figures left out or replaced"),
        "source_ids": Column("str", required=False, note="their observations, joined by ;"),
        "model_id": MAYBE,
        "as_of": CODE,
    },
    key=("goal_code", "unit_code", "frame", "target_year", "variant"),
    note="The chance of every open target again, with one assumption or some figures changed.",
)

DRIVERS = Table(
    "drivers",
    {
        "goal_code": CODE,
        "indicator_code": CODE,
        "unit_code": CODE,
        "frame": Column("str", note="list of units, as config/province.yml names it"),
        "target_year": YEAR,
        "rank": Column("int", low=1, high=3),
        "feature": CODE,
        "effect": Column("float", required=False, note="points of percent on the median"),
        "as_of": CODE,
    },
    key=("goal_code", "unit_code", "frame", "target_year", "rank"),
    note="What moved the forecast of a share most.",
)

NOWCASTS = Table(
    "nowcasts",
    {
        "indicator_code": CODE,
        "unit_code": CODE,
        "frame": Column("str", note="list of units, as config/province.yml names it"),
        "year": YEAR,
        "n_reported": Column("int", low=0, note="units that have reported the year"),
        "n_units": Column("int", low=0),
        "median": PERCENT,
        "q100": PERCENT,
        "q900": PERCENT,
        "as_of": CODE,
    },
    key=("indicator_code", "unit_code", "frame", "year"),
    note="The year that not all units have reported yet, given those that have.",
)

SCORES = Table(
    "scores",
    {
        "model_id": CODE,
        "indicator_code": CODE,
        "origin_year": YEAR,
        "horizon": Column("int", low=1),
        "metric": Column("str", note="crps, brier, wis, coverage_50/80/95, ae, pit"),
        "value": ANY_NUMBER,
        "n": Column("int", low=0, note="forecasts behind the value"),
    },
    key=("model_id", "indicator_code", "origin_year", "horizon", "metric"),
)

TABLES = {
    table.name: table
    for table in (
        OBSERVATIONS,
        PANEL,
        REJECTS,
        FINDINGS,
        ACTIVITIES,
        SUBMISSIONS,
        FORECASTS,
        VERDICTS,
        VARIANTS,
        DRIVERS,
        NOWCASTS,
        SCORES,
    )
}
