"""A Dask cluster is checked before anything runs: address, scheduler, workers, their kit."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.unit.test_fleet import made, work
from xhht_analysis.project import ROOT, KitError
from xhht_analysis.running import cluster, unit_reports

pytestmark = pytest.mark.unit
NO_KIT = "import sys; sys.modules['xhht_analysis'] = None"


@pytest.mark.parametrize("address", ["localhost", "http://127.0.0.1:8786", "tcp://127.0.0.1"])
def test_what_is_no_address_of_a_scheduler_is_told(address, monkeypatch):
    pytest.importorskip("distributed", reason="the extra [scale] is not installed")
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 3)
    words = f"«{re.escape(address)}».*tcp://tên_máy:8786"
    with pytest.raises(KitError, match=words), cluster.connect(address):
        pass


def test_without_the_extra_the_remedy_is_one_that_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = r'pip install -e "\.\[scale\]"'
    with pytest.raises(KitError, match=words), cluster.connect("tcp://127.0.0.1:9"):
        pass


def test_a_scheduler_that_is_not_there_is_told(monkeypatch):
    pytest.importorskip("distributed", reason="the extra [scale] is not installed")
    words = r"127\.0\.0\.1:9.*dask scheduler"
    with pytest.raises(KitError, match=words), cluster.connect("tcp://127.0.0.1:9"):
        pass


@pytest.fixture
def start(tmp_path):
    """Start a scheduler or a worker, with the kit, without it, or with another version of it."""
    pytest.importorskip("distributed", reason="the extra [scale] is not installed")
    processes = []

    def launch(*words, kit="same"):
        variables = dict(os.environ)
        if kit == "none":
            (tmp_path / "none").mkdir(exist_ok=True)
            (tmp_path / "none" / "sitecustomize.py").write_text(NO_KIT)
            variables["PYTHONPATH"] = str(tmp_path / "none")
        if kit == "other":
            copy = tmp_path / "other" / "xhht_analysis"
            shutil.copytree(ROOT / "xhht_analysis", copy)
            source = (copy / "files.py").read_text(encoding="utf-8")
            (copy / "files.py").write_text(f"{source}# another version\n", encoding="utf-8")
            (copy.parent / "config").mkdir()
            variables["PYTHONPATH"] = str(copy.parent)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
        command = [sys.executable, "-m", "dask", *words, "--no-dashboard"]
        processes.append(subprocess.Popen(command, env=variables, **quiet))
        return processes[-1]

    def scheduler(*more, kit="same"):
        from distributed.comm.addressing import get_address_host_port

        place = tmp_path / "scheduler.json"
        options = ["--scheduler-file", str(place), "--host", "127.0.0.1", "--port", "0"]
        launch("scheduler", *options, *more, kit=kit)
        while not place.is_file():
            time.sleep(0.1)
        import json

        address = json.loads(place.read_text())["address"]
        assert get_address_host_port(address)
        return address

    def worker(address, kit="same"):
        return launch("worker", address, "--nthreads", "1", "--no-nanny", kit=kit)

    yield scheduler, worker
    for process in processes:
        process.kill()
        process.wait()


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Dask's own configuration for TLS on this machine: a certificate that signs itself."""
    pytest.importorskip("distributed", reason="the extra [scale] is not installed")
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, signed = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=kit"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(signed)]
    subprocess.run(command, check=True, capture_output=True)
    names = ["CA_FILE", "SCHEDULER__CERT", "WORKER__CERT", "CLIENT__CERT"]
    values = {name: str(signed) for name in names}
    values |= {f"{role}__KEY": str(key) for role in ("SCHEDULER", "WORKER", "CLIENT")}
    for name, value in values.items():
        monkeypatch.setenv(f"DASK_DISTRIBUTED__COMM__TLS__{name}", value)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION", "true")
    import dask

    dask.config.refresh()
    yield
    monkeypatch.undo()
    dask.config.refresh()


def test_an_encrypted_cluster_works_and_is_told_without_its_certificate(
    start, tmp_path, certificate, monkeypatch
):
    import dask

    scheduler, worker = start
    address = scheduler("--protocol", "tls")
    assert address.startswith("tls://")
    worker(address)
    with cluster.connect(address) as executor:
        assert dict(unit_reports.outcomes(["3"], executor, *work(tmp_path))) == {"3": ""}
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 3)
    absent = {"distributed.comm.tls.ca-file": None, "distributed.comm.require-encryption": None}
    absent |= {f"distributed.comm.tls.client.{name}": None for name in ("cert", "key")}
    for scheme in ("tls", "tcp"):
        given = f"{scheme}{address.removeprefix('tls')}"
        words = re.escape(given) + ".*distributed.comm.tls"
        with dask.config.set(absent), pytest.raises(KitError, match=words), cluster.connect(given):
            pass


def test_a_cluster_gives_the_same_bytes(start, tmp_path):
    scheduler, worker = start
    address = scheduler()
    worker(address)
    with ThreadPoolExecutor(1) as executor:
        list(unit_reports.outcomes(["3", "2"], executor, *work(tmp_path / "thread")))
    with cluster.connect(address) as executor:
        given = work(tmp_path / "cluster")
        ended = dict(unit_reports.outcomes(["3", "2"], executor, *given))
    assert ended["3"] == ""
    assert "ZeroDivisionError" in ended["2"]
    assert made(tmp_path / "thread") == made(tmp_path / "cluster")


def test_a_cluster_without_a_worker_is_told(start, monkeypatch):
    scheduler, _ = start
    monkeypatch.setattr(cluster, "ANSWER_SECONDS", 5)
    with pytest.raises(KitError, match="dask worker"), cluster.connect(scheduler()):
        pass


@pytest.mark.parametrize(
    ("kits", "words"),
    [
        (("same", "none"), "chưa cài bộ công cụ"),
        (("same", "other"), "bản bộ công cụ khác"),
        (("none", "same"), "chưa cài bộ công cụ"),
        (("other", "same"), "bản bộ công cụ khác"),
    ],
)
def test_a_machine_without_this_kit_is_told_and_not_waited_for(start, kits, words):
    scheduler, worker = start
    of_scheduler, of_worker = kits
    address = scheduler(kit=of_scheduler)
    worker(address, kit=of_worker)
    with pytest.raises(KitError, match=words), cluster.connect(address):
        pass


def test_workers_that_all_leave_end_the_work_with_the_cause(start, tmp_path, monkeypatch):
    scheduler, worker = start
    address = scheduler()
    process = worker(address)
    monkeypatch.setattr(cluster, "WORKER_SECONDS", 1)
    with contextlib.ExitStack() as stack:
        executor = stack.enter_context(cluster.connect(address))
        process.kill()
        process.wait()
        stack.enter_context(pytest.raises(KitError, match="dask worker"))
        list(unit_reports.outcomes(["3"], executor, *work(tmp_path)))
