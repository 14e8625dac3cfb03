"""What a notebook declares: its parameters, written as text and checked."""

import difflib
import json
from collections.abc import Iterable
from pathlib import Path

from xhht_analysis.parameters import Declared, ParameterError, accept, declared
from xhht_analysis.project import KitError, UsageError
from xhht_analysis.running import messages


def declared_parameters(notebook: Path) -> dict[str, Declared]:
    """Parameters of the cell tagged ``parameters``, by name; the cell is read, never run.

    Raises
    ------
    KitError
        If the file is not there or is no notebook, with the remedy.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [c for c in cells if "parameters" in c["metadata"].get("tags", ())]
        return declared("\n".join("".join(c["source"]) for c in tagged))
    except (OSError, ValueError, LookupError, TypeError, SyntaxError):
        raise KitError(messages.NO_NOTEBOOK.format(path=notebook)) from None


def parse_overrides(pairs: Iterable[str], notebooks: Iterable[Path]) -> dict[str, object]:
    """Values of ``name=value`` pairs, converted to the type the notebooks declare.

    Raises
    ------
    UsageError
        If a pair has no ``=``, an option of the command sets that name, no notebook declares it
        (the nearest name, or all names, are offered), or the value is none that `accept` takes.
    """
    declared_here: dict[str, Declared] = {}
    for notebook in notebooks:
        declared_here |= declared_parameters(notebook)
    options, values = messages.PARAMETER_OPTIONS, {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals:
            raise UsageError(messages.PARAMETER_WITHOUT_VALUE.format(pair=pair))
        if name in options:
            raise UsageError(messages.PARAMETER_OF_OPTION.format(name=name, option=options[name]))
        if name not in declared_here:
            free = sorted(set(declared_here) - set(options))
            near = difflib.get_close_matches(name, [*free, *options], n=1)
            hint = messages.PARAMETER_NEAR if near else messages.PARAMETER_FREE
            hint = hint.format(names=", ".join(near or free) or "–")
            raise UsageError(messages.PARAMETER_UNKNOWN.format(name=name, near=hint))
        try:
            values[name] = accept(name, text, declared_here[name].type_name)
        except ParameterError as error:
            raise UsageError(str(error)) from None
    return values
