"""What every kernel and command runs with: nobody's settings.

No profile, no start-up file, no variable of Jupyter, IPython or matplotlib.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

FOREIGN = ("PYTHON", "JUPYTER", "IPYTHON", "MPL", "MATPLOTLIB", "PAPERMILL", "JPY_")
KEPT = {"PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONNOUSERSITE"}
"""Where Python and its packages are; all else of Python's variables changes how it behaves."""


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """``variables`` without those that carry a user's settings, and with the kit's own.

    Figures start from matplotlib's delivered defaults, cells from IPython's: folders of the kit's
    own, beside the packages, have the font cache and an empty profile.
    """
    neutral = {k: v for k, v in variables.items() if k in KEPT or not k.startswith(FOREIGN)}
    own = Path(sys.prefix) / "share" / "xhht"
    return neutral | {
        "PYTHONUTF8": "1",
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLCONFIGDIR": str(own / "matplotlib"),
        "IPYTHONDIR": str(own),
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # else each kernel warns of Python's own modules
    }
