"""Wrong use of every command is told in Vietnamese: no English sentence of typer is left."""

import re

import pytest
import typer

from xhht_analysis.running import cli

pytestmark = pytest.mark.unit
GROUP = typer.main.get_command(cli.app)
ENGLISH = re.compile(
    r"\b(usage|options?|arguments?|commands?|missing|invalid|value|input|should|error|such|try|help"
    r"|list|range|for|show|message|exit|default|required|got|unexpected|extra|requires|does|not|take|is|one|of"
    r"|before|after|files?|as_of|an?|the|must|be|or|greater|valid|integer|unable|parse|possible|mean)\b(?!-)",
    re.IGNORECASE,
)
NAMES = re.compile(r"xhht( [a-z]+)?( --help)?|--?[a-z-]+|«(không-có|thừa|foo|stattus).*?»|'[a-z]+'")
"""Words of the command line itself: commands, options, values."""


WRONG = {"year": "hai nghìn", "jobs": "0", "lang": "fr", "kind": "anacron"}
"""Values that the type of a parameter refuses; any other takes every text or path."""


def told(*words):
    code, message = cli._run_command(list(words))
    assert code == 2
    left = ENGLISH.findall(NAMES.sub("", message))
    assert not left, f"{left} in: {message}"
    return message


PARAMETERS = [
    pytest.param(name, parameter, id=f"{name} {parameter.name}")
    for name, command in GROUP.commands.items()
    for parameter in command.params
]


def typed(name, parameter):
    """Words that fill every required parameter of command ``name`` but ``parameter``."""
    words = []
    for other in GROUP.commands[name].params:
        if other.required and other is not parameter:
            option = [other.opts[0]] if other.param_type_name == "option" else []
            words += [*option, __file__ if other.name in ("submissions", "file") else "2024"]
    return words


@pytest.mark.parametrize("name", GROUP.commands)
def test_an_unknown_option_and_words_too_many(name):
    assert "--không-có" in told(name, "--không-có")
    near = told(name, "--hel")
    assert "--hel" in near
    if name != "check":  # takes any number of files
        assert "thừa1" in told(name, *typed(name, None), "thừa1", "thừa2", "thừa3")


@pytest.mark.parametrize(("name", "parameter"), PARAMETERS)
def test_a_missing_or_wrong_value(name, parameter):
    if parameter.required:
        assert "Thiếu" in told(name, *typed(name, parameter))
    if parameter.param_type_name == "option":
        option = parameter.opts[0]
        if parameter.is_flag:
            assert "không nhận giá trị" in told(name, f"{option}=1")
            return
        assert "thiếu giá trị" in told(name, option)
        if parameter.name in WRONG:
            wrong = told(name, *typed(name, parameter), option, WRONG[parameter.name])
            assert f"Giá trị của {option} không dùng được" in wrong


@pytest.mark.parametrize("words", [["foo"], ["stattus"], [], ["--nope", "run"], ["--config"]])
def test_what_is_no_command(words):
    message = told(*words)
    assert ("status" in message) is (words in ([], ["stattus"]))


def test_a_path_where_there_is_no_file(tmp_path):
    absent = str(tmp_path / "tep.xlsx")
    for name in ("check", "correct"):
        assert f"không có «{absent}»" in told(name, absent)
    assert "là thư mục" in told("correct", str(tmp_path))


def test_a_number_out_of_range_and_a_choice_that_is_none(capsys):
    assert "từ 1 trở lên" in told("run", "--jobs", "0")
    assert "«fr» không có trong: 'vi', 'en'" in told("run", "--lang", "fr")
    cli._run_command(["run", "--help"])
    assert "[từ 1 trở lên]" in capsys.readouterr().out


def test_no_command_is_cut_short_in_the_list(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    cli._run_command(["--help"])
    commands = capsys.readouterr().out.split("Lệnh:")[1].strip().splitlines()
    assert len(commands) == len(GROUP.commands)
    assert [line for line in commands if line.endswith("...")] == []


@pytest.mark.parametrize("name", [None, *GROUP.commands])
def test_every_help_is_in_vietnamese(name, capsys):
    cli._run_command([name, "--help"] if name else ["--help"])
    text = capsys.readouterr().out
    assert text.startswith("Cách dùng: xhht")
    plain = re.sub(r"^  [a-z]+ ", "", NAMES.sub("", text), flags=re.MULTILINE)
    assert not ENGLISH.findall(plain)
