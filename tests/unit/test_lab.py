"""`xhht lab` as it starts: on this machine only, behind a token."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from xhht_analysis.running import history

pytestmark = pytest.mark.unit
PATIENCE = 60


@pytest.fixture
def server(tmp_path):
    """What the server writes about itself once it listens."""
    (tmp_path / "explore.ipynb").write_text('{"cells":[],"metadata":{},"nbformat":4}')
    command = [*history.lab_command(tmp_path / "explore.ipynb"), "--no-browser", "--allow-root"]
    places = {f"JUPYTER_{n}_DIR": str(tmp_path / n) for n in ("CONFIG", "DATA", "RUNTIME")}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")} | places
    with subprocess.Popen(
        [*command, "--port=0"],
        env=environment,
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + PATIENCE
        while not (found := list((tmp_path / "RUNTIME").glob("jpserver-*.json"))):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.2)
        about = json.loads(found[0].read_text())
        while True:
            try:
                status(about["url"] + "api")
                break
            except OSError:  # it has said where, but does not listen yet
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield about
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
