"""What a notebook declares: its parameters, given as text and checked; paths it shows."""

from __future__ import annotations

import ast
import difflib
import json
import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path

from xhht_analysis.project import UsageError
from xhht_analysis.running import messages

ALLOWED: dict[str, Container] = {
    "n_draws": range(100, 100_001),
    "horizon": range(1, 11),
    "seed": range(2**32),
    "variant": ("annual", "midterm", "final", "adhoc"),
}
"""Values that a parameter of the analyst may take, by its name."""
TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True)
class Parameter:
    """One declared parameter: its name, annotated type (``str`` when none) and notebook."""

    name: str
    type_name: str
    notebook: str


def declared_parameters(notebook: Path) -> dict[str, Parameter]:
    """Parameters of the cell tagged ``parameters``, by name; the cell is read, never run."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", ())]
    found = {}
    for statement in (s for c in tagged for s in ast.parse("".join(c["source"])).body):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            found[name] = Parameter(name, ast.unparse(statement.annotation), notebook.name)
    return found


def parse_overrides(pairs: Iterable[str], notebooks: Iterable[Path]) -> dict[str, object]:
    """Values of ``name=value`` pairs, converted to the type the notebooks declare.

    Raises
    ------
    UsageError
        If a pair has no ``=``, an option of the command sets that name, no notebook declares it
        (the nearest name, or all names, are offered), or the value is not of the declared type or
        not among `ALLOWED`.
    """
    pairs = list(pairs)
    if not pairs:
        return {}
    known: dict[str, Parameter] = {}
    for notebook in notebooks:
        known |= declared_parameters(notebook)
    values: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(messages.PARAMETER_WITHOUT_VALUE.format(pair=pair))
        owned = messages.PARAMETER_OPTIONS
        if name in owned:
            raise UsageError(messages.PARAMETER_OWNED.format(name=name, option=owned[name]))
        if name not in known:
            free = sorted(set(known) - set(owned))
            near = difflib.get_close_matches(name, [*free, *owned], n=1)
            told = messages.PARAMETER_NEAR.format(near=near[0]) if near else ""
            told = told or messages.PARAMETER_FREE.format(names=", ".join(free) or "–")
            raise UsageError(messages.PARAMETER_UNKNOWN.format(name=name, near=told))
        values[name] = _convert(text, known[name])
        allowed = ALLOWED.get(name)
        if allowed is not None and values[name] not in allowed:
            told = _words(allowed)
            raise UsageError(messages.PARAMETER_RANGE.format(name=name, text=text, allowed=told))
    return values


def _words(allowed: Container) -> str:
    """The values of `ALLOWED` as they are told."""
    if isinstance(allowed, range):
        return messages.PARAMETER_BETWEEN.format(low=allowed[0], high=allowed[-1])
    return ", ".join(map(str, allowed))


def _convert(text: str, parameter: Parameter) -> object:
    try:
        if parameter.type_name == "bool":
            return TRUTH[text.strip().lower()]
        return {"int": int, "float": float}.get(parameter.type_name, str)(text)
    except (ValueError, KeyError):
        raise UsageError(
            messages.PARAMETER_TYPE.format(
                name=parameter.name,
                text=text,
                type_vi=messages.PARAMETER_TYPES.get(parameter.type_name, parameter.type_name),
            )
        ) from None


def replace_paths(notebook: Path, old: Path, new: Path) -> None:
    """Write ``new`` wherever ``notebook`` shows the folder ``old`` (staging never shows).

    A path stands as it is in outputs, and as papermill writes a string in injected parameters.
    """
    pairs = {}
    for one, other in ((str(old), str(new)), (old.as_posix(), new.as_posix())):
        pairs[f'= \\"{_escaped(_injected(one))}'] = f'= \\"{_escaped(_injected(other))}'
        pairs[_escaped(one)] = _escaped(other)
    either = re.compile("|".join(map(re.escape, pairs)))  # in one pass: new may begin as old does
    text = notebook.read_text(encoding="utf-8")
    text = either.sub(lambda found: pairs[found.group()], text)
    notebook.write_text(text, encoding="utf-8", newline="\n")


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _injected(text: str) -> str:
    return text.encode("unicode_escape").decode("ascii").replace('"', r"\"")
