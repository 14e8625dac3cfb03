"""What the committee is asked: which goals need another pace, how much is missing."""

from dataclasses import replace

import pandas as pd
import pytest

from tests import frames
from xhht_analysis.forecasting.verdicts import classify
from xhht_analysis.plan.config_tables import read_config
from xhht_analysis.plan.standards import asked_rates
from xhht_analysis.publishing import decisions, report, sentences
from xhht_analysis.publishing.goal_facts import Gap

PROVINCE = "82"
pytestmark = pytest.mark.unit
NB = "\u00a0"


def decision(run, kind: str) -> decisions.Decision | None:
    return next((one for one in decisions.decisions(run) if one.kind == kind), None)


def test_every_goal_that_is_very_unlikely_is_asked_another_pace():
    """Two shares and a count of districts are: all three, the least likely first, and no other."""
    verdicts = frames.make_verdicts()
    of_2030 = verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2030)
    chances = {"digital_institutions": 0.02, "trained_population": 0.05,
               "lower_secondary_l3_districts": 0.04, "clc_it": 0.2}  # fmt: skip
    verdicts.loc[of_2030, ["prob_reached", "verdict_class"]] = [0.9, "very_likely"]
    at_target = of_2030 & verdicts["goal_code"].eq("university_degree")  # 45 of 15 percent
    verdicts.loc[at_target, ["prob_reached", "verdict_class"]] = [0.01, "very_unlikely"]
    for goal, chance in chances.items():
        mine = of_2030 & verdicts["goal_code"].eq(goal)
        verdicts.loc[mine, ["basis", "prob_reached", "verdict_class"]] = [
            "forecast", chance, classify(chance)]  # fmt: skip
    run = frames.make_material(verdicts=verdicts)
    slow = ["digital_institutions", "lower_secondary_l3_districts", "trained_population"]
    assert [s.goal_code for s in decisions.slow_goals(run)] == slow
    asked = decision(run, "pace")
    assert [s.goal_code for s in asked.goals] == slow
    assert "3 mục tiêu năm 2030 (rất khó đạt; khả năng thấp nhất nêu trước)." in asked.asked
    heads = [
        f"Số {s.order} “{s.title}” ({decisions.lead_name(run, s.goal_code)}): khả năng đạt "
        for s in asked.goals
    ]
    *texts, proposed = asked.basis
    assert [text[: len(head)] for head, text in zip(heads, texts, strict=True)] == heads
    assert proposed.startswith("Đề nghị: số 15 điều chỉnh lộ trình (")  # 4 points in each year
    assert "; số 8, 12 trình giải pháp tăng tốc." in proposed
    assert f"khả năng đạt <{NB}5{NB}%." in asked.basis[0]
    mine = of_2030 & verdicts["goal_code"].isin(slow)
    verdicts.loc[mine, ["prob_reached", "verdict_class"]] = [0.8, "likely"]
    alone = frames.make_material(verdicts=verdicts)
    assert [s.goal_code for s in decisions.slow_goals(alone)] == ["clc_it"]
    assert "): khả năng đạt 20" in " ".join(decision(alone, "pace").basis)


def test_many_goals_without_figures_are_three_and_a_number():
    """Every goal of both years without figures: one reason, three titles, the rest counted."""
    verdicts = frames.make_verdicts(no_data=True)
    run = frames.make_material(verdicts=verdicts, panel=frames.make_panel().head(0))
    silent = [one for one, *_ in decisions.unsettled(run) if one.key == "no_data"]
    (named, rest) = decisions.data_decision(run).basis
    titles = list(dict.fromkeys(one.title for one in silent))[:3]
    shown = [one for one in silent if one.title in titles]
    assert named == (
        "; ".join(
            f"{t} ({', '.join(str(s.target_year) for s in shown if s.title == t)})" for t in titles
        )
        + ": chưa đủ số liệu."
    )
    assert rest == f"Và {len(silent) - len(shown)} trường hợp khác."


def test_units_that_are_asked_are_three_and_a_number_the_lead_agencies_first(monkeypatch):
    run = frames.make_material()
    one, *others = run.statements(2030)[:5]
    lead = decisions.lead_name(run, one.goal_code)  # of all five: literacy and schools
    items = [(s, "chưa đủ số liệu", ["Xã A"]) for s in others]
    items.insert(1, (one, "chưa chắc", ["Xã B", "Xã C", "Xã D"]))
    monkeypatch.setattr(decisions, "unsettled", lambda _: items)
    asked = decisions.data_decision(run)
    assert asked.basis[1] == f"{one.title} (2030): chưa chắc."
    assert asked.basis[2] == "Và 1 trường hợp khác."
    assert "5 đánh giá" in asked.asked
    assert asked.addressee == f"{lead}; Xã A, Xã B, Xã C và 1 đơn vị khác"


def test_units_without_figures_are_asked_beside_the_lead_agency(monkeypatch):
    run = frames.make_material()
    gap = Gap(2026, total=2, silent=("Xã 2026",))
    one = replace(run.statements(2030)[0], verdict_class="no_data", latest=None, actual=None,
                  gap=gap)  # fmt: skip
    monkeypatch.setattr(type(run), "all_statements", lambda self: [one])
    asked = decisions.data_decision(run)
    assert asked.addressee == f"{decisions.lead_name(run, one.goal_code)}; Xã 2026"


def test_districts_that_share_a_chance_share_their_gain():
    """Three districts at level 2 gain 0.10, 0.13 and 0.16 by other draws alone: 0.13 each."""
    verdicts = frames.make_verdicts()
    goal = "lower_secondary_l3_districts"
    of_goal = verdicts["goal_code"].eq(goal) & verdicts["target_year"].eq(2030)
    row = verdicts[of_goal & verdicts["unit_code"].eq(PROVINCE)].assign(
        basis="forecast", prob_reached=0.4, verdict_class="open", leverage=float("nan")
    )
    about = {"815": (0.31, 2, 0.10), "816": (0.31, 2, 0.13), "817": (0.31, 2, 0.16),
             "818": (0.05, 1, 0.20)}  # fmt: skip
    units = [
        row.assign(unit_code=u, prob_reached=p, current=level, leverage=gain)
        for u, (p, level, gain) in about.items()
    ]
    run = frames.make_material(verdicts=pd.concat([verdicts[~of_goal], row, *units]))
    gains = decisions.leverages(run)
    gains = gains[gains["goal_code"] == goal].set_index("unit_code")["gain"]
    assert gains.to_dict() == pytest.approx({"818": 0.20, "817": 0.13, "816": 0.13, "815": 0.13})


L3, UNITS = "lower_secondary_l3_districts", frames.DISTRICTS


def gains(*rows: tuple) -> pd.DataFrame:
    """Leverages by hand: goal, unit, level or percent today, gain, own chance, at the target."""
    table = pd.DataFrame(
        rows, columns=["goal_code", "unit_code", "current", "gain", "chance", "is_met"]
    )
    return table.assign(weight=table["gain"] * table["chance"])


def at_level_2(*units: str) -> list[tuple]:
    return [(L3, unit, 2.0, 0.12, 0.35, False) for unit in units]


def with_rates(**rates: list[tuple[float, float]]) -> pd.DataFrame:
    """Panel of 2026 with graduates and enrolment of a district's communes, percent; the rest 99."""
    panel, base = frames.make_panel(), frames.make_material()
    units, frame = base.units, base.province.frame_on("2026-12-31")
    codes = ("lower_secondary_graduates_15_18", "upper_secondary_enrolment_15_18")
    others = dict.fromkeys(asked_rates(read_config("standards", frames.CONFIG)), 99.0)
    rows = []
    for district, of_communes in rates.items():
        homes = units["district_code"].eq(district.strip("_")) & units["level"].eq("commune")
        communes = list(units["unit_code"][homes])
        of_communes = of_communes + [(99, 99)] * (len(communes) - len(of_communes))
        for commune, pair in zip(communes, of_communes, strict=True):
            for code, value in {**others, **dict(zip(codes, pair, strict=True))}.items():
                row = panel[panel["indicator_code"].eq("clc_it") & panel["year"].eq(2026)].head(1)
                rows.append(
                    row.assign(indicator_code=code, unit_code=commune, value=value, frame=frame)
                )
    return pd.concat([panel, *(row.assign(frame=frame) for row in rows)])


def test_help_goes_to_districts_one_step_below_and_not_to_the_last_or_to_those_at_the_target(
    monkeypatch,
):
    """A gain of 20 points at level 1 and one of 30 where only keeping counts ask for nothing."""
    run = frames.make_material()
    rows = [(L3, UNITS[4], 1.0, 0.20, 0.3, False), (L3, UNITS[5], 3.0, 0.30, 0.7, True)]
    monkeypatch.setattr(decisions, "leverages", lambda _: gains(*rows, *at_level_2(*UNITS[:4])))
    asked = decisions.help_decision(run)
    names = ", ".join(run.names[u] for u in UNITS[:4])
    # four of eleven stand at level 3 in 2026 (every third), six are asked: two are lacking
    assert asked.asked.startswith("Chọn 2 trong 4 địa bàn sau")
    assert asked.asked.endswith(f"“{run.title(L3)}” (năm 2030): {names}.")
    assert "tăng khoảng 12 điểm phần trăm" in asked.basis[0]
    assert asked.basis[0].endswith(
        "Tỉnh hiện có 4/11 đơn vị (2026), cần 6/11 đơn vị; 4 địa bàn khác đang ở "
        f"{run.statement(L3, 2030, UNITS[0]).latest_text}."
    )
    assert asked.basis[1] == "Số liệu không chỉ ra nên chọn địa bàn nào trong số này."
    assert asked.addressee.endswith("thuộc địa bàn được chọn")


def test_where_the_nearest_gain_nothing_the_next_are_not_asked_in_their_place(monkeypatch):
    run = frames.make_material()
    near = [(L3, unit, 2.0, 0.004, 0.3, False) for unit in UNITS[:3]]
    far = (L3, UNITS[4], 1.0, 0.2, 0.3, False)
    monkeypatch.setattr(decisions, "leverages", lambda _: gains(*near, far))
    assert decisions.help_decision(run) is None


def test_of_districts_at_one_level_those_are_asked_whose_rates_lack_least(monkeypatch):
    """Level 3 asks 95 and 80 percent of all communes: the farthest lack 5, 12 and 2 points."""
    units = UNITS[:3]
    panel = with_rates(_815=[(90, 90), (99, 77)], _816=[(83, 80)], _817=[(93, 99)])
    run = frames.make_material(panel=panel)
    monkeypatch.setattr(decisions, "leverages", lambda _: gains(*at_level_2(*units)))
    lacks = decisions.shortfalls(run, L3)
    assert lacks.to_dict() == pytest.approx({"815": 5, "816": 12, "817": 2})
    asked = decisions.help_decision(run)
    first, second = run.names["817"], run.names["815"]
    assert asked.asked.startswith(f"Tập trung hỗ trợ địa bàn {first}, {second} về mục tiêu")
    assert asked.basis[1].endswith(
        f": {first} (2,0 điểm phần trăm), {second} (5,0 điểm phần trăm)."
    )
    third = run.names["816"]  # help that comes next: of 12 points, with its own chance of 2030
    assert asked.basis[2] == (
        f"Xét tiếp nếu còn nguồn lực (mức tăng nếu một nơi đạt): {third} "
        f"(tự đạt {run.statement(L3, 2030, '816').bare_chance}; "
        "tỉnh thêm 12 điểm)."
    )
    assert asked.addressee.endswith(f"{first}, {second} cũ")


def test_a_level_without_rules_tells_no_district_from_another():
    assert decisions.shortfalls(frames.make_material(), "learning_districts").empty


def test_help_is_weighed_by_the_own_chance_of_a_district(monkeypatch):
    """0.12 x 0.02 is less than 0.05 x 0.37: the district that has a chance is asked."""
    run = frames.make_material()
    rows = [("university_degree", UNITS[0], 8.6, 0.12, 0.02, False),
            ("information_literacy", UNITS[1], 51.0, 0.05, 0.37, False)]  # fmt: skip
    monkeypatch.setattr(decisions, "leverages", lambda _: gains(*rows))
    assert run.title("information_literacy") in decisions.help_decision(run).asked
    assert run.names[UNITS[1]] in decisions.help_decision(run).asked


def test_help_that_could_hardly_arrive_is_not_asked_for(monkeypatch):
    """A district of four percent would need another pace: no help makes it the province's hope."""
    run = frames.make_material()
    rows = [("life_skills", UNITS[0], 37.8, 0.3, 0.04, False)]
    monkeypatch.setattr(decisions, "leverages", lambda _: gains(*rows))
    assert decisions.help_decision(run) is None


@pytest.mark.parametrize("others", [True, False])
def test_a_doubtful_forecast_is_asked_last_and_named_as_such(monkeypatch, others):
    verdicts = frames.make_verdicts()
    verdicts.loc[verdicts["goal_code"].eq(L3), "tested"] = "unscored"
    run = frames.make_material(verdicts=verdicts)
    rows = at_level_2(UNITS[0]) + [("clc_it", UNITS[1], 60.0, 0.02, 0.3, False)] * others
    monkeypatch.setattr(decisions, "leverages", lambda _: gains(*rows))
    asked = decisions.help_decision(run)
    assert run.title("clc_it" if others else L3) in asked.asked
    assert ("chưa kiểm định, cần cân nhắc thêm" in asked.asked) != others


def test_districts_at_their_target_are_to_keep_it():
    """Frames: district 815 is at level 3 in 2026, 816 at level 2; 20 + 20 + i percent of shares."""
    verdicts = frames.make_verdicts()
    mine = verdicts["target_year"].eq(2030) & verdicts["unit_code"].isin(["815", "816"])
    verdicts.loc[mine & verdicts["goal_code"].eq(L3), "leverage"] = 0.2
    run = frames.make_material(verdicts=verdicts)
    rows = decisions.leverages(run)
    assert set(rows.loc[rows["goal_code"].eq("university_degree"), "is_met"]) == {True}
    assert not rows.loc[rows["goal_code"].eq("clc_it"), "is_met"].any()
    met = rows[rows["goal_code"].eq(L3)].set_index("unit_code")["is_met"]
    assert met[["815", "816"]].tolist() == [True, False]
    assert rows["gain"].is_monotonic_decreasing


@pytest.mark.parametrize(("as_of", "is_near"), [("2022-12-31", False), ("2023-11-30", True)])
def test_a_near_target_in_danger_is_asked_measures(as_of, is_near):
    verdicts = frames.make_verdicts()
    goals = verdicts["goal_code"].isin(["digital_institutions", "clc_it"])
    of_2025 = goals & verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2025)
    verdicts.loc[of_2025, ["basis", "prob_reached", "verdict_class"]] = [
        "forecast",
        0.2,
        "unlikely",
    ]
    run = replace(frames.make_material(verdicts=verdicts), as_of=as_of)
    near = [s.goal_code for s in decisions.near_goals(run)]
    assert near == ["digital_institutions", "clc_it"] * is_near
    asked = decision(run, "near")
    assert bool(asked) == is_near
    if is_near:
        assert "2 mục tiêu năm 2025 khó đạt, hoặc báo cáo rõ vì sao không kịp." in asked.asked
        assert f"{run.title('clc_it')} (20{NB}%)" in asked.basis[0]


def test_whoever_leads_a_goal_is_asked_about_it_and_the_province_settles_its_reading():
    """Frames: of 2025 the university is at level 2 of 3, reached if "in deployment" counts."""
    run = frames.make_material()
    asked = decision(run, "reading")
    lead = decisions.lead_name(run, "digital_university")
    assert lead == "ĐH Tiền Giang"
    about = [t for t in asked.basis if f"“{run.title('digital_university')}”" in t]
    assert any("đang triển khai" in text for text in about)
    assert all("Kế hoạch không nêu tiêu chí “triển khai”." in text for text in about)
    assert asked.basis[-1].startswith("Đề nghị giữ cách hiểu thứ nhất của mỗi mục tiêu (đang dùng)")
    assert asked.addressee.startswith("UBND tỉnh; ")
    assert lead in asked.addressee.split("; ")
    assert asked.asked.startswith("UBND tỉnh thống nhất cách hiểu ")


def test_nobody_is_asked_who_has_ended(monkeypatch):
    """A district without figures of 2024 is no more on 20 November 2026; its commune is."""
    run = frames.make_material()
    gap = Gap(2024, total=2, silent=(run.names["819"], "Xã A"))
    one = replace(run.statements(2030)[0], verdict_class="no_data", latest=None, actual=None,
                  gap=gap)  # fmt: skip
    monkeypatch.setattr(type(run), "all_statements", lambda self: [one])
    ((_, _, asked),) = decisions.unsettled(run)
    assert asked == ["Xã A"]
    ((_, _, before),) = decisions.unsettled(replace(run, as_of="2024-11-20"))
    assert run.names["819"] in before


def test_one_reason_for_both_years_is_said_once(monkeypatch):
    run = frames.make_material()
    both = [s for s in run.all_statements() if s.goal_code == "clc_it"]
    items = [(s, "chưa rõ", ["Sở A"]) for s in both]
    monkeypatch.setattr(decisions, "unsettled", lambda _: items)
    asked = decisions.data_decision(run)
    assert asked.basis[0] == f"{both[0].title} (2025, 2030): chưa rõ."
    assert "2 đánh giá" in asked.asked


def test_a_goal_with_figures_of_too_few_years_asks_nobody_for_more():
    """The latest figure is exact: nobody can send another year of it."""
    verdicts = frames.make_verdicts()
    goal = verdicts["goal_code"].eq("clc_it") & verdicts["target_year"].eq(2030)
    verdicts.loc[goal, ["verdict_class", "basis", "reason"]] = ["no_data", "none", "few_points"]
    run = frames.make_material(verdicts=verdicts)
    asked = [s.goal_code for s, *_ in decisions.unsettled(run) if s.target_year == 2030]
    assert run.statement("clc_it", 2030).key == "no_data"
    assert asked == ["life_skills"]


def test_a_share_that_is_more_likely_than_not_needs_no_other_pace():
    verdicts = frames.make_verdicts()
    of_2030 = verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2030)
    verdicts.loc[of_2030, ["basis", "prob_reached", "verdict_class"]] = ["forecast", 0.65, "open"]
    assert decisions.slow_goals(frames.make_material(verdicts=verdicts)) == []


def test_every_decision_has_a_number_an_addressee_and_a_day():
    """On 20 November 2026: help and pace need a year, the rest is for the report of this year."""
    run = frames.make_material()
    asked = decisions.decisions(run)
    assert [one.number for one in asked] == [*range(1, len(asked) + 1)]
    days = {one.kind: one.due for one in asked}
    assert {"help", "data", "pace", "reading"} <= set(days)
    later = {kind: days.pop(kind) for kind in ("help", "pace")}
    assert set(later.values()) == {"2027-11-30"}
    assert set(days.values()) == {"2026-11-30"}
    texts = [
        text
        for block in report.brief(run)
        if block.content["kind"] == "prose"
        for text in block.content["paragraphs"]
    ]
    for one in asked:
        place = texts.index(f"**{one.number}. {one.asked}**")
        assert texts[place + 1 : place + 1 + len(one.basis)] == list(one.basis)
        day = "/".join(reversed(one.due.split("-")))
        assert texts[place + 1 + len(one.basis)] == (
            f"**Nơi thực hiện:** {one.addressee}. **Hạn:** {day}."
        )


@pytest.mark.parametrize(
    ("as_of", "soon", "late"),
    [
        ("2026-11-30", "2026-11-30", "2027-11-30"),
        ("2026-12-01", "2027-11-30", "2027-11-30"),
        ("2030-11-20", "2030-11-30", "2030-11-30"),
        ("2030-12-10", "", ""),  # no report of the plan is left
    ],
)
def test_a_decision_is_due_with_a_report_of_the_plan(as_of, soon, late):
    run = replace(frames.make_material(), as_of=as_of)
    days = {one.kind: one.due for one in decisions.decisions(run)}
    assert days["data"] == soon
    assert days["reading"] == soon
    assert days["pace"] == late


def test_a_goal_in_danger_is_told_why():
    """A share by the pace that its forecast rests on most, a level by the rates that it lacks."""
    verdicts = frames.make_verdicts()
    of_2030 = verdicts["unit_code"].eq(PROVINCE) & verdicts["target_year"].eq(2030)
    verdicts.loc[of_2030, ["prob_reached", "verdict_class"]] = [0.9, "very_likely"]
    slow = of_2030 & verdicts["goal_code"].isin(["clc_it", L3])
    verdicts.loc[slow, ["basis", "prob_reached", "verdict_class"]] = [
        "forecast", 0.02, "very_unlikely"]  # fmt: skip
    verdicts.loc[slow & verdicts["goal_code"].eq("clc_it"), ["pace_required", "pace_own"]] = [6, 4]
    drivers = [
        {"goal_code": "clc_it", "indicator_code": "clc_it", "unit_code": "815", "target_year": 2030,
         "rank": 1, "feature": "group_pace", "effect": 5.0}
    ]  # fmt: skip
    panel = with_rates(_815=[(90, 90), (99, 77)], _816=[(83, 80)], _817=[(93, 99)])
    run = frames.make_material(verdicts=verdicts, drivers=pd.DataFrame(drivers), panel=panel)
    asked = decision(run, "pace")
    texts = {s.goal_code: t for s, t in zip(asked.goals, asked.basis[:-1], strict=True)}
    assert "Nguyên nhân" not in texts["clc_it"]  # the paces are told: only a review says it again
    of_review = sentences.lines("decisions.j2", "causes", run, decisions.shortfalls, asked.goals)
    assert any(t.endswith("Nguyên nhân: tốc độ chung không đủ.") for t in of_review)
    assert texts[L3].endswith(
        "Nguyên nhân: ở 3 địa bàn, xã thấp nhất trong số phải đạt còn thiếu từ 2,0 đến 12,0 điểm "
        "phần trăm."
    )
