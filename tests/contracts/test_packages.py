"""pyproject.toml, requirements.lock and environment.yml name the same packages and ranges."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

pytestmark = pytest.mark.contract
ROOT = Path(__file__).resolve().parents[2]
CONDA_NAMES = {"matplotlib-base": "matplotlib"}
GROUPS = ("build", "test")


def declared() -> dict[str, SpecifierSet]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = list(project["project"]["dependencies"])
    for group in GROUPS:
        lines += project["dependency-groups"][group]
    requirements = [Requirement(line) for line in lines]
    ranges = {canonicalize_name(r.name): r.specifier for r in requirements}
    return ranges | {"python": SpecifierSet(project["project"]["requires-python"])}


def locked() -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE):
        versions.setdefault(canonicalize_name(name), set()).add(version)
    return versions


def test_environment_yml_has_the_same_names_and_ranges():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = {}
    for line in environment["dependencies"]:
        name, _, specifier = line.partition(" ")
        conda[canonicalize_name(CONDA_NAMES.get(name, name))] = SpecifierSet(specifier)
    assert conda == declared()


def test_every_locked_version_lies_in_its_range():
    versions = locked()
    for name, specifier in declared().items():
        if name == "python":
            continue
        assert name in versions, f"{name} is not locked"
        assert all(version in specifier for version in versions[name]), name


def test_lock_holds_hashes_and_no_address():
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in text
    pins = re.findall(r"^[A-Za-z0-9._-]+==", text, re.MULTILINE)
    blocks = re.split(r"^(?=[A-Za-z0-9._-]+==)", text, flags=re.MULTILINE)[1:]
    assert len(pins) == len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)
