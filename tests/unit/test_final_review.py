"""The review at the end of the plan: every target is observed, nothing is forecast any more."""

import re

import pytest

from tests import frames, report_maker
from tests.block_text import cell_text, plain_text
from xhht_analysis.forecasting.plan_forecast import forecast_plan
from xhht_analysis.plan import areas

pytestmark = pytest.mark.slow
AS_OF = "2030-12-20"
NB = "\u00a0"


@pytest.fixture(scope="module")
def parts():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames, "YEARS", range(2021, 2031))
        patch.setattr(frames, "AS_OF", AS_OF)
        base = frames.make_material()
        known = areas.read_areas(frames.CONFIG)
        plan = (base.goals, base.targets, base.indicators, known)
        result = forecast_plan(base.panel, *plan, as_of=AS_OF, n_draws=50, variants=False)
        assert set(result.verdicts["basis"]) <= {"observed", "none"}
        tables = {"verdicts": result.verdicts, "forecasts": result.forecasts}
        return report_maker.parts(frames.make_material(**tables), "final", figures=False)


def text(blocks) -> str:
    return "\n".join(plain_text(block.content) for block in blocks)


def test_nothing_is_said_of_chances_and_no_bracket_is_empty(parts):
    for name in ("brief", "report"):
        told = text(parts[name])
        assert "Khả năng đạt là nhận định" not in told
        assert not re.search(r"khả năng đạt (khoảng|từ|[<>])|\(\)|cần tăng|Dự báo năm", told)


def test_the_outline_is_that_of_a_final_review_and_rests_on_2030(parts):
    blocks = [block.content for block in parts["report"]]
    heads = [c["text"] for c in blocks if c["kind"] == "heading"]
    assert heads[0].startswith("Tổng kết thực hiện Kế hoạch")
    assert heads[1:3] == ["Căn cứ", "Công tác chỉ đạo, triển khai"]
    told = text(parts["report"])
    # 20 + 4 * 9 + 5 = 61 percent of the province in 2030: at most 60 is reached, 70 is not
    (reached,) = re.findall(r"^Đã đạt \(năm 2030\): .*$", told, re.MULTILINE)
    (missed,) = re.findall(r"^Chưa đạt \(năm 2030\): .*$", told, re.MULTILINE)
    assert f"chuyên môn kỹ thuật (61,0{NB}%; mục tiêu 60{NB}%)" in reached
    assert f"năng lực thông tin (61,0{NB}%; mục tiêu 70{NB}%)" in missed
    assert "**" not in told
    assert re.search(r"mục tiêu năm 2030 đã đạt, cần lưu ý: ", told)
    (proposals,) = (c for c in blocks if c["kind"] == "table" and c["columns"][-1].startswith("Đề"))
    asked = " ".join(cell_text(cell) for row in proposals["rows"] for cell in row)
    assert re.search(
        r"\(mục tiêu số (\d+, )*10\D.*: Giao cơ quan chủ trì làm rõ nguyên nhân", asked
    )


def test_all_three_documents_are_made(parts, tmp_path):
    notebook = report_maker.executed(parts, tmp_path / "05.ipynb")
    for part in parts:
        form = {"part": part, "outline": part != "brief"}
        assert report_maker.export_html(notebook, tmp_path / f"{part}.html", **form).is_file()
        assert report_maker.export_docx(notebook, tmp_path / f"{part}.docx", **form).is_file()
