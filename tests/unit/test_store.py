"""Tables survive the disk: types, leading zeroes, dangerous text, and nothing half-written."""

import io
import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xhht_analysis import contracts, schema, store

pytestmark = pytest.mark.unit


def reject(**values):
    row = {"file": "a.xlsx", "rule": "negative", "remedy": "Sửa lại", **values}
    return contracts.conform(pd.DataFrame([row]), contracts.REJECTS)


def panel(**values):
    row = {
        "indicator_code": "learning_citizens",
        "definition_variant": "plan",
        "unit_code": "0815",
        "year": 2024,
        "frame": "2021",
        "value": 45.5,
        "value_type": "reported",
        "status": "ok",
        "as_of": "2024-11-30",
        **values,
    }
    return contracts.conform(pd.DataFrame([row]), contracts.PANEL)


def test_codes_keep_their_zeroes_and_empty_cells_stay_empty(tmp_path):
    store.write_table(panel(), "panel", tmp_path)
    back = store.read_table("panel", tmp_path).iloc[0]
    assert back["unit_code"] == "0815"
    assert back["year"] == 2024
    assert back["value"] == 45.5
    assert math.isnan(back["numerator"])


@pytest.mark.parametrize(
    ("typed", "in_file"),
    [("=cmd|'x'!A1", "'=cmd|'x'!A1"), ("-5", "-5"), ("+1,5%", "+1,5%"), ("-x", "'-x")],
)
def test_text_a_spreadsheet_would_run_is_neutral_in_the_file(tmp_path, typed, in_file):
    path = store.write_table(reject(raw=typed), "rejects", tmp_path)
    assert pd.read_csv(path, dtype="str")["raw"].tolist() == [in_file]
    assert store.read_table("rejects", tmp_path)["raw"].iloc[0] == typed


@given(st.text(min_size=1).filter(lambda t: "\x00" not in t and t.isprintable()))
def test_any_text_comes_back_as_it_was(tmp_path_factory, text):
    folder = tmp_path_factory.mktemp("store")
    store.write_table(reject(raw=text), "rejects", folder)
    assert store.read_table("rejects", folder)["raw"].iloc[0] == text


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"value": 100.5}, r"cột value: lớn hơn 100: 1 dòng, đầu tiên là dòng 2 \(100\.5\)"),
        ({"value": -1.0}, "cột value: nhỏ hơn 0"),
        ({"status": "fine"}, r"cột status: phải là một trong: ok, doubtful, sample.*\(fine\)"),
        ({"unit_code": None}, "cột unit_code: không được để trống"),
    ],
)
def test_a_breach_names_its_column_and_writes_nothing(tmp_path, values, word):
    with pytest.raises(contracts.ContractError, match=word):
        store.write_table(panel(**values), "panel", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_key_may_stand_only_once(tmp_path):
    twice = pd.concat([panel(), panel(value=50.0)])
    with pytest.raises(contracts.ContractError, match=r"trùng khóa.*1 dòng.*dòng 3.*0815, 2024"):
        store.write_table(twice, "panel", tmp_path)


def test_every_breach_is_told_and_a_wrong_type_only_once():
    more = {"unit_code": "0816", "status": "x", "value": 101.0}
    frame = pd.concat([panel(), panel(**more), panel(year=1066, status="y")])
    frame = frame.assign(frame=1)
    with pytest.raises(contracts.ContractError) as caught:
        contracts.check(frame, contracts.PANEL)
    assert str(caught.value).split("\n")[1:] == [
        "  cột year: nhỏ hơn 1900: 1 dòng, đầu tiên là dòng 4 (1066)",
        "  cột frame: kiểu int64, phải là str",
        "  cột value: lớn hơn 100: 1 dòng, đầu tiên là dòng 3 (101.0)",
        "  cột status: phải là một trong: ok, doubtful, sample: 2 dòng, đầu tiên là dòng 3 (x)",
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["815", "816", None]),
            st.one_of(st.none(), st.floats(-2, 4)),
            st.sampled_from(["ok", "bad", None]),
        ),
        max_size=6,
    )
)
def test_check_refuses_exactly_what_the_description_forbids(rows):
    column = {"unit": contracts.CODE, "level": contracts.Column("float", False, 0, 3)}
    column["status"] = contracts.Column("str", required=False, allowed=("ok",))
    table = contracts.Table("t", column, key=("unit", "level"))
    frame = contracts.conform(pd.DataFrame(rows, columns=list(column)), table)
    forbidden = [u is None or (v is not None and not 0 <= v <= 3) or s == "bad" for u, v, s in rows]
    twice = len({row[:2] for row in rows}) < len(rows)
    try:
        contracts.check(frame, table)
    except contracts.ContractError:
        assert any(forbidden) or twice
    else:
        assert not any(forbidden)
        assert not twice


def test_an_unknown_column_is_refused():
    with pytest.raises(contracts.ContractError, match="typo"):
        contracts.conform(pd.DataFrame({"typo": [1]}), contracts.PANEL)


def test_row_order_does_not_change_the_bytes(tmp_path):
    rows = pd.concat([panel(year=y) for y in (2024, 2022, 2023)])
    first = store.write_table(rows, "panel", tmp_path).read_bytes()
    second = store.write_table(rows.iloc[::-1], "panel", tmp_path).read_bytes()
    assert first == second


def test_a_missing_table_names_its_file(tmp_path):
    with pytest.raises(store.MissingTableError, match=r"panel\.csv"):
        store.read_table("panel", tmp_path)


@pytest.mark.parametrize(
    "damage", [b"\x89PNG\xff\xfe", b"a,b\n1,2\n", b'indicator_code\n"open quote', b""]
)
def test_a_damaged_table_names_its_file_and_the_remedy(tmp_path, damage):
    (tmp_path / "panel.csv").write_bytes(damage)
    with pytest.raises(store.BrokenTableError, match=r"(?s)panel\.csv.*xhht run"):
        store.read_table("panel", tmp_path)


def test_a_table_cut_off_in_the_midst_of_a_row_is_damaged(tmp_path):
    path = store.write_table(panel(), "panel", tmp_path)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(store.BrokenTableError, match=r"panel\.csv"):
        store.read_table("panel", tmp_path)


def test_text_where_a_number_belongs_is_told_with_its_line(tmp_path):
    columns = {"year": contracts.Column("int"), "value": contracts.Column("float", False, 0, 100)}
    columns["done"] = contracts.Column("bool", required=False)
    table, path = contracts.Table("t", columns), tmp_path / "t.csv"
    path.write_text("year;value;done\n2024;45,5;True\n20x4;;maybe\n2024,5;nhiều;\n", "utf-8")
    with pytest.raises(contracts.ContractError) as caught:
        schema.read_csv(path, table)
    assert str(caught.value).split("\n")[1:] == [
        "  cột year: không phải số nguyên: 2 dòng, đầu tiên là dòng 3 (20x4)",
        "  cột value: không phải số (dấu thập phân của tệp này là «,»): 1 dòng, "
        "đầu tiên là dòng 4 (nhiều)",
        "  cột done: không phải True hoặc False: 1 dòng, đầu tiên là dòng 3 (maybe)",
    ]
    text = "year;value;done\n2024;45,5;True\n;;\n"  # as a Vietnamese Excel saves
    path.write_text(text, "utf-8")
    assert schema.read_csv(path, table)["value"].tolist() == [45.5]


FAULTS = {
    "thiếu cột: done": "year,value\n2024,1\n",
    "cột lạ: x": "year,value,done,x\n2024,1,,1\n",
    r"thừa ô; ô có dấu «,» phải.*: 1 dòng, đầu tiên là dòng 2$": "year,value,done\n2024,1,True,x\n",
    r"thừa ô.*: 1 dòng, đầu tiên là dòng 3": "year,value,done\n2024,1,\n2024,1,2,3\n",
    r"ngoặc kép đặt sai chỗ": 'year,value,done\n2024,1,"True\n2025,1,\n',
    "cột lạ: year, year": "year,value,done,year\n2024,1,,2025\n",
    r"cột year: không phải số nguyên: 1 dòng, đầu tiên là dòng 2 \(inf\)": (
        "year,value,done\ninf,1,\n"
    ),
    r"không phải số nguyên.*\(99999999999999999999\)": "year,value,done\n99999999999999999999,1,\n",
    r"không phải số nguyên.*\(1e300\)": "year,value,done\n1e300,1,\n",
    r"không phải số nguyên.*\(9223372036854775808\)": "year,value,done\n9223372036854775808,1,\n",
    # above 2 ** 53 floats are no longer exact, but a column of whole numbers holds it
    r"cột year: không phải số nguyên: 1 dòng, đầu tiên là dòng 3 \(20x4\)": (
        "year,value,done\n9007199254740994,1,\n20x4,1,\n"
    ),
    r"cột value: không phải số \(dấu thập phân của tệp này là «\.»\).*\(7,5\)": (
        'year,value,done\n2024,"7,5",\n'
    ),
    r"cột value: không phải số \(dấu thập phân của tệp này là «,»\).*\(7\.5\)": (
        "year;value;done\n2024;7.5;\n"
    ),
    r"cột value: không phải số hữu hạn: 1 dòng, đầu tiên là dòng 2 \(inf\)": (
        "year,value,done\n2024,inf,\n"
    ),
    r"không được để trống: 1 dòng, đầu tiên là dòng 3$": "year,value,done\n2024,1,\n,1,\n",
}


@pytest.mark.parametrize("said", FAULTS)
def test_what_is_wrong_in_a_file_is_told_in_the_words_of_its_reader(tmp_path, said):
    columns = {"year": contracts.Column("int"), "value": contracts.Column("float", False)}
    columns["done"] = contracts.Column("bool", required=False)
    table, path = contracts.Table("t", columns), tmp_path / "t.csv"
    path.write_text(FAULTS[said], "utf-8")
    with pytest.raises(contracts.ContractError, match=said):
        contracts.check(schema.read_csv(path, table), table)


def test_texts_are_held_in_one_way_whether_pyarrow_is_installed_or_not():
    made = [pd.Series(["a"]), pd.read_csv(io.StringIO("a\nx"))["a"], pd.Series([1]).astype("str")]
    assert {column.dtype.storage for column in made} == {"python"}
