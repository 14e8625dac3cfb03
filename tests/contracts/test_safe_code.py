"""What the package may never do, read from its own code: the table of docs/security.md."""

import ast
import re

import pytest

from xhht_analysis.project import ROOT

pytestmark = pytest.mark.contract
FILES = [*sorted((ROOT / "xhht_analysis").rglob("*.py")), ROOT / "run.py"]
NEVER_CALLED = {"eval", "exec", "compile", "__import__", "popen", "read_pickle"}
ITS_OWN_READER = {"xhht_analysis/intake/reading/delivery.py": {"pickle"}}
"""Between the intake and its reader process, and only sheets: test_hostile.py."""
NEVER_IMPORTED = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_nothing_is_evaluated_unpickled_or_given_to_a_shell(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {a.name.split(".")[0] for a in node.names} | {getattr(node, "module", "") or ""}
            excused = ITS_OWN_READER.get(path.relative_to(ROOT).as_posix(), set())
            assert not (names & NEVER_IMPORTED) - excused
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name):
            assert called.id not in NEVER_CALLED
        if isinstance(called, ast.Attribute):
            of = getattr(called.value, "id", "")
            assert called.attr not in NEVER_CALLED or (of, called.attr) == ("re", "compile")
            assert (of, called.attr) not in {
                ("yaml", "load"),
                ("os", "system"),
                ("pickle", "loads"),
            }
        shell = [k for k in node.keywords if k.arg == "shell"]
        assert not any(getattr(k.value, "value", True) for k in shell)


def test_kernels_talk_encrypted():
    text = (ROOT / "xhht_analysis" / "running" / "kernel_manager.py").read_text(encoding="utf-8")
    assert 'transport_encryption = "required"' in text


def test_every_proof_the_threat_model_names_exists():
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = re.findall(r"\b(test_\w+(?:\*)?\.py)", text)
    assert named
    for name in named:
        assert list((ROOT / "tests").rglob(name)), name
