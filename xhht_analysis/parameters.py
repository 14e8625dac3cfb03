"""Parameters of a notebook: declared with type and default in its own cell, given by papermill.

``parameters.check(globals())`` in the setup cell makes them what the notebook declares, whoever
gave them; a notebook opened in JupyterLab shows the newest run instead of the invented fixture.
"""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Container
from typing import Any, NamedTuple

from xhht_analysis.project import KitError, Project, is_date

ALLOWED: dict[str, Container] = {
    "n_draws": range(100, 100_001),
    "horizon": range(1, 11),
    "seed": range(2**32),
    "variant": ("annual", "midterm", "final", "adhoc"),
    "lang": ("vi", "en"),
}
"""Values that a parameter may take, by its name."""
TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
KINDS = {"int": "số nguyên", "float": "số", "bool": "true hoặc false", "str": "chữ"}
FIXTURE = "tests/fixtures/"
IN_LAB = "JPY_SESSION_NAME"
"""Set by Jupyter's server for the kernels it starts; papermill and nbval start theirs without."""
OF_A_RUN = ("raw_dir", "processed_dir", "as_of", "sample")


class ParameterError(KitError):
    """A parameter that is not of its declared type, or not among the values it may take."""


class Declared(NamedTuple):
    """Type (``str`` when none is given) and default of one parameter."""

    type_name: str
    default: Any


def declared(source: str) -> dict[str, Declared]:
    """Annotated assignments of literals in ``source``, by name; it is read, never run."""
    return {
        statement.target.id: Declared(
            ast.unparse(statement.annotation), ast.literal_eval(statement.value)
        )
        for statement in ast.parse(source).body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and isinstance(statement.value, ast.Constant | ast.UnaryOp)
    }


def accept(name: str, raw: object, type_name: str) -> object:
    """Value of parameter ``name`` from ``raw`` (a text, or what papermill made of it), typed.

    A number that papermill made of a text is a text again (``-p unit_code 819``).

    Raises
    ------
    ParameterError
        In words: the parameter, what it was given, what it takes.
    """
    text = str(raw).strip()
    try:
        if type_name == "bool":
            value: object = TRUTH[text.lower()]
        else:
            value = {"int": int, "float": float}.get(type_name, str)(text)
    except (ValueError, KeyError):
        kind = KINDS.get(type_name, type_name)
        raise ParameterError(f"Tham số «{name}» cần {kind}; không hiểu «{text}».") from None
    allowed = ALLOWED.get(name, (value,))
    if value not in allowed:
        words = ", ".join(map(str, allowed))
        if isinstance(allowed, range):
            words = f"số nguyên từ {allowed[0]} đến {allowed[-1]}"
        raise ParameterError(f"Tham số «{name}» không nhận «{text}»; cho phép: {words}.")
    if name == "as_of" and value and not is_date(text):
        raise ParameterError(f"Tham số «{name}» cần ngày, ví dụ 2026-11-30; không hiểu «{text}».")
    return value


def check(namespace: dict[str, Any]) -> None:
    """Make the parameters of a notebook what its parameters cell declares; call it in the setup.

    ``namespace`` is the notebook's ``globals()``; IPython keeps the cells that ran in it as ``In``.
    Raises what `accept` raises.
    """
    parameters: dict[str, Declared] = {}
    for source in namespace.get("In", ()):
        try:
            parameters |= declared(source)
        except SyntaxError:  # a cell of magics; no parameters cell
            continue
    if os.environ.get(IN_LAB) and _shows_fixture(namespace, parameters):
        print(_show_newest_run(namespace, parameters))  # noqa: T201
    for name, parameter in parameters.items():
        namespace[name] = accept(name, namespace[name], parameter.type_name)


def _shows_fixture(namespace: dict[str, Any], parameters: dict[str, Declared]) -> bool:
    """Whether any folder that the notebook reads is the invented fixture."""
    return any(str(namespace[n]).startswith(FIXTURE) for n in parameters if n.endswith("_dir"))


def _show_newest_run(namespace: dict[str, Any], parameters: dict[str, Declared]) -> str:
    """Point the notebook at the newest run of this project; what its reader must know, in words."""
    records = []
    for path in Project().reports_root.glob("*/run/run.json"):
        try:
            records.append(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):  # torn: that run did not happen
            continue
    if not records:
        return "SỐ LIỆU GIẢ ĐỊNH để thử bộ công cụ: chưa có lần chạy nào; hãy chạy «xhht run»."
    newest = max(records, key=lambda record: record.get("finished_at", ""))
    of_run = {name: newest["parameters"][name] for name in OF_A_RUN}
    namespace.update({name: of_run[name] for name in parameters if name in of_run})
    mark = " (SỐ LIỆU MINH HOẠ)" if newest["sample"] else ""
    return f"Lần tổng hợp mới nhất: số liệu nhận đến {newest['as_of']}{mark}."
