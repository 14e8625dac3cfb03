"""A real headless Chromium driven over the WebDriver protocol with the standard library alone.

A test skips, and says why, where Chromium, its driver or another tool is absent.
"""

import base64
import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PHONE = {"deviceMetrics": {"width": 360, "height": 740, "pixelRatio": 1, "mobile": True}}


class Browser:
    """One session: open a page, run JavaScript in it, print it, hear what it did."""

    def __init__(self, port: int, options: dict):
        self.base = f"http://127.0.0.1:{port}"
        wanted = {"goog:chromeOptions": options}
        wanted["goog:loggingPrefs"] = {"browser": "ALL", "performance": "ALL"}
        wanted["timeouts"] = {"script": 120_000}
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.base += f"/session/{made['sessionId']}"

    def _call(self, method: str, path: str, body: dict | None = None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, method=method)
        with urllib.request.urlopen(request, timeout=180) as answer:
            return json.load(answer)["value"]

    def open(self, address: str | Path) -> None:
        self.logs("performance")
        url = address.resolve().as_uri() if isinstance(address, Path) else address
        self._call("POST", "/url", {"url": url})

    def run(self, script: str, *arguments, wait: bool = False):
        """Value of a script; with ``wait`` the script calls its last argument with it."""
        path = "/execute/async" if wait else "/execute/sync"
        return self._call("POST", path, {"script": script, "args": list(arguments)})

    def logs(self, kind: str) -> list[dict]:
        return self._call("POST", "/se/log", {"type": kind})

    def console_errors(self) -> list[str]:
        return [line["message"] for line in self.logs("browser") if line["level"] == "SEVERE"]

    def requests(self) -> list[str]:
        """Addresses asked for since the page was opened, other than the page and its own data."""
        messages = [json.loads(line["message"])["message"] for line in self.logs("performance")]
        sent = [m["params"]["request"]["url"] for m in messages
                if m["method"] == "Network.requestWillBeSent"]  # fmt: skip
        return [url for url in sent if not url.startswith("data:")]

    def printed(self) -> bytes:
        return base64.b64decode(self._call("POST", "/print", {"background": True}))

    def wait_for(self, script: str, *arguments, seconds: float = 90):
        """First true value of a script, asked for again and again."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if value := self.run(script, *arguments):
                return value
            time.sleep(0.3)
        raise AssertionError(f"never true: {script}")

    def close(self) -> None:
        self._call("DELETE", "")


def tool(*names: str) -> str:
    """Path of the first tool there is; a test without its tool is skipped with the reason."""
    for name in names:
        if found := shutil.which(name):
            return found
    absent(f"{' or '.join(names)} is not installed")


def absent(reason: str) -> NoReturn:
    """Skip with the reason; where every tool was promised (XHHT_ALL_TOOLS), fail with it."""
    if os.environ.get("XHHT_ALL_TOOLS"):
        pytest.fail(f"XHHT_ALL_TOOLS is set, but {reason}")
    pytest.skip(reason)


def axe_script() -> str:
    """axe-core, from npm: ``npm install --no-save axe-core`` in the project, or AXE_CORE."""
    given = os.environ.get("AXE_CORE")
    path = Path(given) if given else ROOT / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        absent("axe-core is not installed (npm install --no-save axe-core)")
    return path.read_text(encoding="utf-8")


@contextlib.contextmanager
def open_browser(*, phone: bool = False, width: int = 1280, height: int = 900):
    """A browser of the given window, or one that behaves as a phone 360 points wide."""
    driver = tool("chromedriver")
    chromium = tool("chromium", "chromium-browser", "google-chrome")
    options = {"binary": chromium, "args": [*OPTIONS, f"--window-size={width},{height}"]}
    if phone:
        options["mobileEmulation"] = PHONE
    process = subprocess.Popen([driver, "--port=0"], stdout=subprocess.PIPE, text=True)
    try:
        lines = iter(process.stdout.readline, "")
        line = next(line for line in lines if "started successfully on port" in line)
        browser = Browser(int(line.split("port")[1].strip(" .\n")), options)
        yield browser
        browser.close()
    finally:
        process.terminate()
        process.wait(timeout=20)
        process.stdout.close()
