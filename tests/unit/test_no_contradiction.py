"""Units, levels, decisions and reviews of random figures: no two of them may contradict.

`test_statements` holds each statement against the tables; here what is said of all of them.
"""

import re

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from tests.block_text import plain_text
from tests.random_runs import random_run
from tests.unit.test_statements import check_run as check_statements
from xhht_analysis.publishing import agencies, decisions, district_ranks, report, sentences
from xhht_analysis.publishing.report_data import ReportData

PROVINCE, TARGET_YEARS = "82", (2025, 2030)
UNJUDGED = ("no_data", "no_object")
pytestmark = pytest.mark.unit


@pytest.mark.slow
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    seed=st.integers(0, 10_000), years=st.integers(1, 6), holes=st.sampled_from([0.0, 0.03, 0.3]),
    most=st.booleans(), as_of=st.sampled_from(["2024-11-20", "2026-11-20", "2031-03-01"]),
)  # fmt: skip
@example(seed=1, years=6, holes=0.0, most=True, as_of="2026-11-20")
@example(seed=2, years=6, holes=0.0, most=False, as_of="2031-03-01")
@example(seed=9029, years=3, holes=0.03, most=False, as_of="2024-11-20")
@example(seed=4, years=1, holes=1.0, most=False, as_of="2026-11-20")
def test_no_statement_contradicts_the_tables_or_another(seed, years, holes, most, as_of):
    check_statements(random_run(seed, years, holes, most, as_of))


def test_what_is_said_of_one_run_agrees():
    check_run(random_run(5, 5, 0.0, False, "2025-12-10"))


@pytest.mark.slow
@settings(max_examples=3, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    seed=st.integers(0, 10_000), years=st.integers(2, 6), holes=st.sampled_from([0.0, 0.1, 0.5]),
    as_of=st.sampled_from(["2024-11-20", "2025-12-10", "2027-11-30", "2031-03-01"]),
)  # fmt: skip
@example(seed=5, years=5, holes=0.0, as_of="2025-12-10")
@example(seed=6, years=4, holes=0.5, as_of="2025-12-10")
@example(seed=4414, years=4, holes=0.5, as_of="2031-03-01")
@example(seed=11, years=5, holes=0.0, as_of="2024-11-20")
@example(seed=3049, years=4, holes=0.5, as_of="2024-11-20")
def test_what_is_said_of_units_levels_decisions_and_reviews_agrees(seed, years, holes, as_of):
    check_run(random_run(seed, years, holes, False, as_of))


def check_run(run: ReportData) -> None:
    check_gaps(run)
    check_counts_of_levels(run)
    check_places(run)
    check_decisions(run)
    check_course(run)
    check_proposals(run)
    check_tallies(run)
    for variant, past in (("midterm", TARGET_YEARS[:1]), ("final", TARGET_YEARS)):
        check_review(run, variant, past)


def check_gaps(run: ReportData) -> None:
    """Who is missing and how many are not, counted from the panel by plain loops."""
    for said in [*run.all_statements(), *run.all_statements("819")]:
        gap, text = said.gap, sentences.paragraph(run, said)
        assert bool(re.search(r"mới có số liệu của \d+/", text)) == bool(
            gap and gap.silent and said.key != "no_object"
        )
        if gap is None:
            continue
        assert gap.year <= said.target_year
        is_known = any(o.year == gap.year and o.exact for o in said.history)
        assert ("theo báo cáo của cơ quan chủ trì" in text) == (is_known and bool(gap.silent))
        rows = run.panel[run.panel["indicator_code"].eq(said.indicator_code)]
        units = ["819"] if said.unit_code == "819" else list(run.districts["unit_code"])
        of_units = rows["unit_code"].isin(units) & rows["year"].le(said.target_year)
        assert gap.year == rows["year"][of_units].max()
        reporting = set(rows["unit_code"][rows["year"].eq(gap.year)])
        assert set(gap.silent) == {run.names[u] for u in units if u not in reporting}
        assert gap.n == sum(u in reporting for u in units)
        is_said = gap.silent and said.key != "no_object"
        assert f"{gap.n}/{gap.total} đơn vị" in text or not is_said


def check_counts_of_levels(run: ReportData) -> None:
    """The count of the province is that of the districts' own statements; two levels are nested."""
    for whole in run.all_statements():
        if whole.measure_unit != "units" or whole.actual is None:
            continue
        units = [run.statement(whole.goal_code, whole.target_year, u)
                 for u in run.districts["unit_code"]]  # fmt: skip
        figures = [s.actual for s in units if s and s.actual]
        required = float(run.ordered_goals.loc[whole.goal_code, "level_required"])
        sure = sum(o.low >= required for o in figures)
        assert whole.actual.low == sure
        assert whole.actual.high == sure + sum(o.low < required <= o.high for o in figures) + (
            len(units) - len(figures)
        )
        if whole.actual.exact and whole.key in ("reached", "missed"):
            assert (whole.key == "reached") == (sure >= whole.need)


def check_places(run: ReportData) -> None:
    """Numbers behind a district are those of its page; who has more hopeful goals stands above."""
    rows = district_ranks.standings(run)
    for row in rows.itertuples():
        own = [
            s for s in run.statements(2030, row.unit_code) if s.key not in ("no_data", "no_object")
        ]
        assert (row.total, row.hopeful, row.hard) == (
            len(own), sum(s.is_hopeful for s in own), sum(s.is_struggling for s in own)
        )  # fmt: skip
    pairs = list(zip(-rows["hopeful"], rows["hard"], strict=True))
    assert pairs == sorted(pairs)


def check_decisions(run: ReportData) -> None:
    """What is asked rests on statements that need it, each counted once."""
    items = [said for said, *_ in decisions.unsettled(run)]
    keys = [(s.goal_code, s.target_year) for s in items]
    assert len(keys) == len(set(keys))
    assert not any(s.key == "no_object" for s in items)
    silent = {
        (s.goal_code, s.target_year)
        for s in run.all_statements()
        if s.key == "no_data"
        and not (s.latest and s.latest.exact and s.latest.year == run.panel["year"].max())
    }
    assert silent == {(s.goal_code, s.target_year) for s in items if s.key == "no_data"}
    asked = decisions.data_decision(run)
    if asked:
        assert f" {len(items)} đánh giá" in asked.asked
        told = " ".join(asked.basis)
        named = sum(len(years.split(", ")) for years in re.findall(r"\((20[\d, ]+)\)", told))
        (rest,) = re.findall(r"Và (\d+) trường hợp khác", told) or ["0"]
        assert named + int(rest) == len(items)
    for said in decisions.slow_goals(run):
        assert said.is_struggling or said.chance_range[1] < 0.325
        assert not said.at_target
    check_help(run)
    near, asked = decisions.near_goals(run), decision(run, "near")
    for said in run.statements(TARGET_YEARS[0]):
        chance = said.chance_range[1] if said.has_range else said.chance
        in_danger = chance < 0.325 and not said.at_target
        is_near = run.as_of[:4] in ("2023", "2024", "2025") and run.as_of <= "2025-12-31"
        assert (said in near) == (in_danger and (said.is_forecast or said.has_range) and is_near)
        assert said not in near or said.named in asked.basis[0]


def decision(run: ReportData, kind: str) -> decisions.Decision | None:
    return next((one for one in decisions.decisions(run) if one.kind == kind), None)


def check_course(run: ReportData) -> None:
    """Every goal that is asked something with its own numbers and lead, and no other goal."""
    every, last = run.all_statements(), run.statements(TARGET_YEARS[1])
    pairs = [(s, r) for s in every for r in s.readings if r.is_hopeful != s.is_hopeful]
    disputed = {s.goal_code: (s, r) for s, r in reversed(pairs)}
    wanted = {
        "missed": [s for s in last if s.key == "missed"],
        "near": decisions.near_goals(run),
        "pace": decisions.slow_goals(run),
        "reading": [s for s, _ in disputed.values()],
        "no_object": [s for s in last if s.key == "no_object"],
    }
    for kind, goals in wanted.items():
        asked = decision(run, kind)
        assert bool(asked) == bool(goals)
        if not asked:
            continue
        assert {s.goal_code for s in asked.goals} == {s.goal_code for s in goals}
        who = {lead(run, s) for s in goals}
        assert set(asked.addressee.split("; ")) - {"UBND tỉnh"} == who
        assert ("UBND tỉnh" in asked.addressee) == (kind in ("reading", "no_object"))
        number = re.search(r"(\d+) mục tiêu|số ([\d, ]+)\.$", asked.asked)
        if number[1]:
            assert int(number[1]) == len(goals)
        else:
            assert number[2] == ", ".join(str(s.order) for s in goals)
    for statement in wanted["pace"]:
        head = f"Số {statement.order} “{statement.title}” ({lead(run, statement)}): "
        (line,) = [t for t in decision(run, "pace").basis if t.startswith(head)]
        assert f"khả năng đạt {statement.chance_text}." in line
        if statement.measure_unit == "units" and statement.latest and statement.latest.exact:
            lacks = statement.distance(statement.need - statement.latest.low)
            assert f"còn thiếu {lacks}" in line
        if statement.measure_unit == "percent" and "mỗi năm cần" in line:
            assert statement.distance(statement.pace_required) in line
    for statement, reading in disputed.values():
        start = f"Số {statement.order} “{statement.title}”. "
        (line,) = [t for t in decision(run, "reading").basis if t.startswith(start)]
        assert f"Năm {statement.target_year}: {statement.assessment}{statement.star}; " in line
        assert f" thì {reading.assessment}." in line


def lead(run: ReportData, statement) -> str:
    return agencies.lead_name(run, statement.goal_code)


def check_proposals(run: ReportData) -> None:
    """Each who acts is asked every decision once, a lead agency about its own goals."""
    texts, asked = report.proposals(run), decisions.decisions(run)
    for one in asked:
        for who in one.addressee.split("; "):
            own = [s for s in one.goals if lead(run, s) == who] or one.goals
            numbers = ", ".join(dict.fromkeys(str(said.order) for said in own))
            advises = one.addressee.startswith("UBND tỉnh") and who != "UBND tỉnh"
            colon = ", tham mưu để:" if advises else ":"
            assert f"Việc {one.number} (mục tiêu số {numbers}){colon} {one.asked}" in texts[who]
    assert set(texts) == {who for one in asked for who in one.addressee.split("; ")}
    count = sum(len(one.addressee.split("; ")) for one in asked)
    assert sum(text.count("Việc ") for text in texts.values()) == count


def check_tallies(run: ReportData) -> None:
    """Counts of a year are those of its statements, and together all of them."""
    for year, unit in [*((y, "") for y in TARGET_YEARS), *((y, "819") for y in TARGET_YEARS)]:
        statements, text = run.statements(year, unit), run.tally(year, unit)
        numbers = [int(n) for n in re.findall(r"(?:Trong|[,:]) (\d+) ", text)]
        assert numbers[:1] == [len(statements)] * bool(statements)
        assert sum(numbers[1:]) == len(statements)
        for key in {s.key for s in statements}:
            n = sum(s.key == key for s in statements)
            assert f" {n} {run.labels.verdict(key)}" in text


def check_help(run: ReportData) -> None:
    """Who is asked stands below the target, at a level nobody below it with a chance exceeds."""
    helped, rows = decisions.help_decision(run), decisions.leverages(run)
    if helped is None:
        return
    goals = [code for code in run.ordered_goals.index if run.title(code) in helped.asked]
    goal = max(goals, key=lambda code: len(run.title(code)))
    whole = run.statement(goal, 2030)
    assert whole.is_forecast
    assert bool(whole.doubt) == ("cần cân nhắc thêm" in helped.asked)
    every = {u: run.statement(goal, 2030, u) for u in run.districts["unit_code"]}
    named = [u for u in every if re.search(rf"{re.escape(run.names[u])}[,. ]", helped.asked)]
    assert named
    below = [s for s in every.values() if s and s.latest and s.latest.exact and not s.at_target]
    for unit in named:
        assert not every[unit].at_target
        if run.is_level(goal):
            of_year = [s for s in below if s.latest.year == every[unit].latest.year]
            levels = [s.latest.low for s in of_year if s.chance == s.chance]
            assert every[unit].latest.low == max(levels)
    gains = rows[rows["goal_code"].eq(goal) & rows["unit_code"].isin(named)]["gain"]
    assert len(gains) == len(named)
    assert gains.min() >= decisions.NOISE
    ends = dict.fromkeys(run.labels.number(100 * gain) for gain in (gains.min(), gains.max()))
    assert f"tăng khoảng {'–'.join(ends)} điểm" in helped.basis[0]
    assert f"Khả năng đạt của tỉnh hiện {whole.chance_text};" in helped.basis[0]


def check_review(run: ReportData, variant: str, past: tuple[int, ...]) -> None:
    """Strengths are what was reached, weaknesses what was missed or is in danger, nothing else."""
    sections, name = {}, ""
    for block in report.report(run, variant, lambda *_: []):
        if block.content["kind"] == "heading" and block.content["level"] <= 2:
            name = block.content["text"]
        sections[name] = sections.get(name, "") + "\n" + plain_text(block.content)
    head = next(iter(sections.values()))
    is_early = any(s.chance_text for s in run.statements(past[-1]))
    assert ("Lập trước khi hết năm" in head) == is_early
    strengths, weaknesses = sections["Ưu điểm"], sections["Hạn chế"]
    weaknesses, _, unjudged = weaknesses.partition("không tính là hạn chế")
    for said in (s for year in past for s in run.statements(year)):
        told = {
            "strengths": _names(run, strengths, said),
            "weaknesses": _names(run, weaknesses, said),
            "unjudged": _names(run, unjudged, said),
        }
        where = ("strengths" if said.key == "reached" else "weaknesses" if said.is_struggling
                 else "unjudged" if said.key in UNJUDGED else "")  # fmt: skip
        assert [key for key, is_told in told.items() if is_told] == [where] * bool(where)


def _names(run: ReportData, text: str, said) -> bool:
    """Whether a line on the year of a statement names its goal."""
    lines = [line for line in text.splitlines() if f"(năm {said.target_year}):" in line]
    return any(said.named in line for line in lines)
