"""What a notebook declares: its parameters, given as text and checked; paths it shows."""

import difflib
import json
import re
from collections.abc import Iterable
from pathlib import Path

from xhht_analysis.parameters import Declared, ParameterError, accept, declared
from xhht_analysis.project import UsageError
from xhht_analysis.running import messages


def declared_parameters(notebook: Path) -> dict[str, Declared]:
    """Parameters of the cell tagged ``parameters``, by name; the cell is read, never run."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", ())]
    return declared("\n".join("".join(c["source"]) for c in tagged))


def parse_overrides(pairs: Iterable[str], notebooks: Iterable[Path]) -> dict[str, object]:
    """Values of ``name=value`` pairs, converted to the type the notebooks declare.

    Raises
    ------
    UsageError
        If a pair has no ``=``, an option of the command sets that name, no notebook declares it
        (the nearest name, or all names, are offered), or the value is none that `accept` takes.
    """
    pairs = list(pairs)
    if not pairs:
        return {}
    known: dict[str, Declared] = {}
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
            hint = messages.PARAMETER_NEAR.format(near=near[0]) if near else ""
            hint = hint or messages.PARAMETER_FREE.format(names=", ".join(free) or "–")
            raise UsageError(messages.PARAMETER_UNKNOWN.format(name=name, near=hint))
        try:
            values[name] = accept(name, text, known[name].type_name)
        except ParameterError as error:
            raise UsageError(str(error)) from None
    return values


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
