"""Parameters of a notebook: declared with type and default in its own cell, given by papermill.

``parameters.check(globals())`` in the setup cell makes them what the notebook declares, whoever
gave them; a notebook opened in JupyterLab shows the newest run instead of the invented fixture.
"""

from __future__ import annotations

import ast
import contextlib
import os
from collections.abc import Container, Iterable
from typing import Any

from xhht_analysis.project import Project, UsageError, is_date

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


class ParameterError(UsageError):
    """A parameter that is not of its declared type, or not among the values it may take."""


def declared(source: str) -> dict[str, str]:
    """Type of each annotated assignment of a literal in ``source``, by name; nothing is run.

    What has no type or no literal is no parameter to `check`. The runner asks papermill instead
    (`execution.declared_parameters`), which a kernel need not import.
    """
    return {
        statement.target.id: ast.unparse(statement.annotation)
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

    It changes ``namespace``, the notebook's ``globals()``: every parameter gets its declared type
    and, in JupyterLab, those that name a run get the newest one, which is printed. IPython keeps
    the cells that ran there as ``In``.
    Raises what `accept` raises.
    """
    types = _declared_in(namespace.get("In", ()))
    # any folder that is read is the invented fixture, and a person looks at it
    folders = [str(namespace[name]) for name in types if name.endswith("_dir")]
    if os.environ.get(IN_LAB) and any(folder.startswith(FIXTURE) for folder in folders):
        newest, text = newest_run()
        namespace.update({name: newest[name] for name in types if name in newest})
        print(text)  # noqa: T201
    for name, type_name in types.items():
        namespace[name] = accept(name, namespace[name], type_name)


def _declared_in(cells: Iterable[str]) -> dict[str, str]:
    """Type of each parameter that one of ``cells`` declares, by name."""
    types: dict[str, str] = {}
    for source in cells:
        with contextlib.suppress(SyntaxError):  # a cell of magics; no parameters cell
            types |= declared(source)
    return types


def newest_run() -> tuple[dict[str, object], str]:
    """Parameters (`OF_A_RUN`) of this project's newest run, none before the first; it in words."""
    project = Project()
    runs = project.runs().values()
    if not runs:
        return {}, "SỐ LIỆU GIẢ ĐỊNH để thử bộ công cụ: chưa có lần chạy nào; hãy chạy «xhht run»."
    newest = max(runs, key=lambda record: record.get("finished_at", ""))
    values = {name: newest["parameters"][name] for name in OF_A_RUN}
    values["processed_dir"] = str(project.processed(newest["as_of"]))  # it may have been moved
    values["raw_dir"] = str(project.raw_of(values))
    mark = " (SỐ LIỆU MINH HỌA)" if newest["sample"] else ""
    return values, f"Lần tổng hợp mới nhất: số liệu nhận đến {newest['as_of']}{mark}."
