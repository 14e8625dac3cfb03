"""`xhht lab` as it starts: on this machine only, behind a token."""

import contextlib
import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from xhht_analysis.project import ROOT
from xhht_analysis.running import kernel, run_commands

pytestmark = pytest.mark.unit
PATIENCE = 120


CARELESS = """
c.IdentityProvider.token = ""
c.ServerApp.password = ""
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.disable_check_xsrf = True
"""


@pytest.fixture
def server(tmp_path):
    """What the server of `xhht lab` writes about itself once it listens, in a careless home."""
    home = tmp_path / "home"
    (home / ".jupyter").mkdir(parents=True)
    for name in ("jupyter_server_config.py", "jupyter_lab_config.py", "jupyter_config.py"):
        (home / ".jupyter" / name).write_text(CARELESS)
    variables = os.environ | {"HOME": str(home), "USERPROFILE": str(home), "APPDATA": str(home)}
    variables |= {"XDG_DATA_HOME": str(home / "data"), "JUPYTER_TOKEN": "", "JUPYTER_PATH": "x"}
    with subprocess.Popen(
        [*run_commands.LAB, "--no-browser", "--port=0"],
        env=kernel.environment(variables),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            deadline, about = time.monotonic() + PATIENCE, None
            while about is None:
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
                with contextlib.suppress(StopIteration, ValueError, OSError):
                    place = json.loads(next(home.rglob("jpserver-*.json")).read_text())
                    status(place["url"] + "api")  # it may say where before it listens
                    about = place
            yield about
        finally:  # else leaving the block waits for a server that never listened
            process.kill()


def status(url, token=""):
    headers = {"Authorization": f"token {token}"} if token else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def test_only_this_machine_and_only_with_the_token(server):
    assert server["hostname"] == "127.0.0.1"
    assert len(server["token"]) >= 32
    contents = server["url"] + "api/contents"
    assert status(contents) == 403
    assert status(contents, "guess") == 403
    assert status(contents, server["token"]) == 200


def test_it_starts_at_the_root_of_the_project(server):
    assert server["root_dir"] == str(ROOT)
    assert status(server["url"] + "api/contents/config", server["token"]) == 200
