"""Known flaws of the locked packages: asks pip-audit, reports, gates nothing.

    python -m benchmarks.audit

Runs ``pip-audit`` on requirements.lock: the one on PATH, else through uvx, else from a throw-away
environment. It needs the internet. pip-audit calls a package nobody could be asked about "skipped"
and the whole "no known vulnerabilities"; here such a package counts as not audited.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
ASK = ["--requirement", str(LOCK), "--require-hashes", "--disable-pip", "--format", "json"]
SECONDS = 600


def auditor(folder: Path) -> list[str]:
    """Command that starts pip-audit."""
    if found := shutil.which("pip-audit"):
        return [found]
    if found := shutil.which("uvx"):
        return [found, "pip-audit"]
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    command = [python, "-m", "pip", "install", "--quiet", "pip-audit"]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS)
    return [str(python), "-m", "pip_audit"]


def ask() -> list[dict]:
    """One entry per package: name, version, vulns; or name, skip_reason.

    Raises
    ------
    RuntimeError
        If pip-audit could not be had, or gave no answer; its last words.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            command = [*auditor(Path(folder)), *ASK]
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
            return json.loads(done.stdout)["dependencies"]
        except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            said = getattr(error, "stderr", "") or str(error)
            raise RuntimeError(said.strip().splitlines()[-1]) from None


def report(packages: list[dict]) -> list[str]:
    """Lines for a person: every flaw, who could not be asked about, and the sum."""
    asked = [p for p in packages if "vulns" in p]
    lines = [
        f"{p['name']} {p['version']}: {v['id']}, mended in {', '.join(v['fix_versions']) or '–'}"
        for p in asked
        for v in p["vulns"]
    ]
    skipped = sorted(p["name"] for p in packages if "vulns" not in p)
    if skipped:
        lines.append(f"Not audited, nobody could be asked: {len(skipped)} ({skipped[0]} …)")
    flawed = sum(bool(p["vulns"]) for p in asked)
    return [*lines, f"{len(asked)} of {len(packages)} packages audited, {flawed} with known flaws."]


def main() -> None:
    try:
        print("\n".join(report(ask())))
    except RuntimeError as error:
        print(f"Nobody could be asked, so nothing is known: {error}")


if __name__ == "__main__":
    main()
