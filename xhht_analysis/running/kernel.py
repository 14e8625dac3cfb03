"""The kernel of a run: ``python -P -m xhht_analysis.running.kernel -f CONNECTION_FILE``.

An IPython kernel that reads nobody's settings: no profile, no start-up file, no configuration
file, no variable of Jupyter, IPython or matplotlib. `environment` is what it is started with.
"""

import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

MODULE = "xhht_analysis.running.kernel"
FOREIGN = ("PYTHON", "JUPYTER", "IPYTHON", "MPL", "MATPLOTLIB", "PAPERMILL", "JPY_")
KEPT = {"PYTHONPATH", "PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONNOUSERSITE"}
"""Where Python and its packages are; all else of Python's variables changes how it behaves."""
ENVIRONMENT = "environment"
"""Among what the kernel says of its language: the Python and the packages it sees itself."""


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """``variables`` without those that carry a user's settings, and with the kit's own.

    Figures start from matplotlib's delivered defaults: a folder of the kit's own, beside the
    packages, has its font cache and no settings.
    """
    neutral = {k: v for k, v in variables.items() if k in KEPT or not k.startswith(FOREIGN)}
    return neutral | {
        "PYTHONUTF8": "1",
        "JUPYTER_NO_CONFIG": "1",
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLCONFIGDIR": str(Path(sys.prefix) / "share" / "xhht" / "matplotlib"),
    }


def main() -> None:
    """Run the kernel; it ends with the process that started it."""
    from ipykernel.ipkernel import IPythonKernel
    from ipykernel.kernelapp import IPKernelApp

    from xhht_analysis.running import records

    versions = records.versions()

    class Kernel(IPythonKernel):
        """An IPython kernel that says what it runs on."""

        language_info: ClassVar = {
            **IPythonKernel.language_info,
            ENVIRONMENT: {"kernel": sys.executable, "versions": versions},
        }

    class Application(IPKernelApp):
        """Reads no settings."""

        kernel_class = Kernel

        def load_config_file(self, *args: object, **kwargs: object) -> None:
            """Read none."""

    # a font cache that is absent, slow or closed is this machine's business, not the notebook's
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    Application.launch_instance()


if __name__ == "__main__":
    main()
