"""The kernel of a run: this very Python's, whatever kernel specifications a user has."""

import os
import sys

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from xhht_analysis.running import kernel

QUIET = "__import__('logging').getLogger('matplotlib').setLevel('ERROR')"
"""A font cache that is absent, slow or closed is this machine's business, not the notebook's."""
ARGUMENTS = ["--HistoryManager.hist_file=:memory:", f"--IPKernelApp.exec_lines={QUIET}"]
"""Two kernels must not share one file."""


class Manager(AsyncKernelManager):
    """Starts it with nobody's settings, over an encrypted transport."""

    transport_encryption = "required"  # others on this machine could listen in
    kernel_spec = KernelSpec(
        # -P: a file in the working folder must not hide a package
        argv=[sys.executable, "-P", "-m", "ipykernel", "-f", "{connection_file}"],
        metadata={"supported_encryption": ["curve"]},
    )

    async def _async_launch_kernel(self, command: list[str], **options: object) -> None:
        """Start the process in our environment."""
        options["env"] = kernel.environment(os.environ)
        await super()._async_launch_kernel(command, **options)
