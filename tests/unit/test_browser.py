"""Documents in real programs: Chromium with axe, print, LibreOffice; the explorer in JupyterLab.

Each test skips with a printed reason where its tool is absent; .ci/run has them all and fails on
any such skip.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time

import nbformat
import pytest

from tests import frames, report_maker
from tests.browser import axe_script, open_browser, tool
from xhht_analysis.project import ROOT, Project
from xhht_analysis.publishing import (
    documents,
    site,
    unit_report,
    what_if,
)
from xhht_analysis.publishing.figures import gallery
from xhht_analysis.publishing.labels import Labels

PROVINCE = "82"
pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE_RUN = """const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then(
  r => done(r.violations.filter(v => ['serious', 'critical'].includes(v.impact))
             .map(v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).slice(0, 3).join(', '))),
  e => done(['axe failed: ' + e]));"""
NAMES = {"brief": "brief", "report": "05_committee_report", "annex": "annex"}
SIDEWAYS = "return document.documentElement.scrollWidth - document.documentElement.clientWidth;"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A small site of the invented run: three documents, one indicator, one unit, index."""
    root = tmp_path_factory.mktemp("Trang báo cáo") / "reports"
    root.mkdir()
    earlier = {"previous": frames.make_verdicts().assign(verdict_class="open"),
               "previous_panel": frames.make_panel()}  # fmt: skip
    run, place = frames.make_material(**earlier), root / "2026-11-20"
    notebook = report_maker.executed(report_maker.parts(run), root / "05.ipynb")
    for part, name in NAMES.items():
        form = {"part": part, "outline": part != "brief"}
        report_maker.export_html(notebook, place / f"{name}.html", **form)
        report_maker.export_docx(notebook, place / f"{name}.docx", **form)
    unit = unit_report.unit_blocks(run, "819")
    documents.write_page(documents.number(unit, Labels()), place / "units" / "819.html", Labels())
    blocks = site.indicator_blocks(run, "clc_it", gallery.pictures(run))
    documents.write_page(
        documents.number(blocks, Labels()), place / "indicators" / "clc_it.html", Labels()
    )
    (place / "run").mkdir()
    (place / "run" / "run.json").write_text(json.dumps({"sample": True}))
    site.write_index(Project(out=root.parent))
    return root


def pages(folder):
    return sorted(folder.rglob("*.html"))


def test_pages_are_accessible_quiet_and_ask_for_nothing(folder):
    axe = axe_script()
    with open_browser() as browser:
        for page in pages(folder):
            browser.open(page)
            asked = browser.requests()
            assert [url for url in asked if not url.startswith("file:")] == [], page.name
            assert len(asked) == 1, page.name  # the page itself
            assert browser.console_errors() == [], page.name
            browser.run(axe)
            assert browser.run(AXE_RUN, wait=True) == [], page.name


def test_contents_links_and_links_between_pages_work(folder):
    with open_browser() as browser:
        report = folder / "2026-11-20" / "05_committee_report.html"
        browser.open(report)
        script = "document.querySelectorAll('nav.side a')[arguments[0]].click();"
        script += "const id = decodeURIComponent(location.hash.slice(1));"
        script += "return Math.abs(document.getElementById(id).getBoundingClientRect().top);"
        n = browser.run("return document.querySelectorAll('nav.side a').length;")
        assert n > 10
        for place in (1, n // 2, n - 3):
            assert browser.run(script, place) < 120
        browser.open(folder / "index.html")
        found = browser.run(
            "return [...document.querySelectorAll('main .links a')].map(a => a.href);"
        )
        assert len(found) == 8
        for address in found:
            if address.endswith(".html"):
                browser.open(address)
                assert browser.run("return document.title;")


@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desktop"])
def test_no_page_scrolls_sideways(folder, phone):
    with open_browser(phone=phone) as browser:
        for page in pages(folder):
            browser.open(page)
            assert browser.run("return window.innerWidth;") == (360 if phone else 1280)
            assert browser.run(SIDEWAYS) <= 0, page.name
            shown = "return getComputedStyle(document.querySelector(arguments[0])).display;"
            assert (browser.run(shown, ".side") == "none") == phone


@pytest.mark.parametrize(("part", "most"), [("brief", 2), ("report", 14), ("annex", 60)])
def test_the_pages_print_on_a4_and_are_no_longer_than_a_reader_has_time(
    folder, tmp_path, part, most
):
    text_of, info_of = tool("pdftotext"), tool("pdfinfo")
    page = folder / "2026-11-20" / f"{NAMES[part]}.html"
    pdf = documents.export_pdf(page, tmp_path / "printed.pdf")
    assert pdf is not None
    about = subprocess.run([info_of, "-l", "99", pdf], capture_output=True, text=True).stdout
    sizes = re.findall(r"size:\s+([\d.]+) x ([\d.]+)", about)
    assert len(sizes) <= most
    assert {round(float(w)) for w, _ in sizes} == {595}  # portrait
    text = subprocess.run([text_of, "-layout", pdf, "-"], capture_output=True, encoding="utf-8")
    assert "SỐ LIỆU MINH HỌA" in text.stdout
    assert re.search(rf"1 ?/ ?{len(sizes)}", text.stdout)


def printed_by_office(source, tmp_path):
    """PDF that LibreOffice makes of a Word file."""
    office = tool("soffice", "libreoffice")
    home = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    command = [office, home, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, source]
    subprocess.run(command, capture_output=True, check=True, timeout=180)
    return tmp_path / f"{source.stem}.pdf"


def test_the_brief_has_two_pages_in_word_too(folder, tmp_path):
    pdf = printed_by_office(folder / "2026-11-20" / "brief.docx", tmp_path)
    about = subprocess.run([tool("pdfinfo"), pdf], capture_output=True, text=True).stdout
    assert int(re.search(r"Pages:\s+(\d+)", about)[1]) <= 2


def test_word_opens_whole_in_libreoffice(folder, tmp_path):
    text_of = tool("pdftotext")
    pdf = printed_by_office(folder / "2026-11-20" / "05_committee_report.docx", tmp_path)
    text = subprocess.run([text_of, pdf, "-"], capture_output=True, encoding="utf-8").stdout
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text  # on one line
    assert text.index("IX. Đề xuất, kiến nghị") < text.rindex("Nơi nhận")
    assert "Thiếu giáo viên <b>tin học</b>" in " ".join(text.split())


SET = """const set = (id, value, kind) => {
  const one = document.getElementById(id); one.value = value;
  one.dispatchEvent(new Event(kind)); };
set('what-if-goal', arguments[0], 'change'); set('what-if-unit', arguments[1], 'change');
set('what-if-points', arguments[2], 'input');
return [document.getElementById('what-if-after').dataset.value,
        document.getElementById('what-if-before').textContent];"""


@pytest.mark.parametrize("points", [0.5, 2.0])
def test_what_if_in_the_page_is_what_if_of_the_kit(folder, points):
    run = frames.make_material()
    models = what_if.what_if_table(run)["controls"].content["models"]
    goals = {s.title: s.goal_code for s in run.statements(run.last_year)}
    with open_browser() as browser:
        browser.open(folder / "2026-11-20" / "annex.html")
        for place in (0, len(models) - 1):
            goal = goals[models[place]["title"]]
            units = what_if.forecast_course(run, goal).index
            for unit, chosen in ((PROVINCE, -1), (units[2], 2)):
                right = what_if.what_if(run, goal, unit, points).iloc[-1]
                shown, before = browser.run(SET, str(place), str(chosen), str(points))
                assert float(shown) == pytest.approx(right["prob_after"], abs=0.0006)
                assert before == right.iloc[0].replace("\u00a0", " ")
        assert browser.console_errors() == []


def test_the_explorer_follows_a_choice_in_jupyterlab(tmp_path):
    work = tmp_path / "Sổ tay"
    work.mkdir()
    source = nbformat.read(ROOT / "notebooks" / "explore.ipynb", as_version=4)
    source.cells = source.cells[: next(i for i, c in enumerate(source.cells)
                                       if "interact(" in c.source) + 1]  # fmt: skip
    settings = next(c for c in source.cells if "parameters" in c.metadata.get("tags", ()))
    chosen = 'processed_dir: str = "tests/fixtures/processed"'
    settings.source = settings.source.replace('processed_dir: str = ""', chosen)
    assert chosen in settings.source
    nbformat.write(source, work / "explore.ipynb")
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name.lower())
               for name in ("RUNTIME", "CONFIG", "DATA")}  # fmt: skip
    environment = {**os.environ, **folders, "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings")}
    environment |= {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "w"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
               "--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token=t",
               "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None",
               f"--ServerApp.root_dir={work}"]  # fmt: skip
    with open_browser(width=1400, height=1400) as browser:
        log = (tmp_path / "log").open("w")
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            found = wait_for_server(tmp_path / "runtime")
            browser.open(f"{found['url']}lab/tree/explore.ipynb?token=t")
            ready = "return !!(window.jupyterapp && document.querySelector('.jp-Notebook'));"
            browser.wait_for(ready)
            browser.run("""const done = arguments[arguments.length - 1];
                const app = window.jupyterapp, run = 'notebook:run-all-cells';
                app.shell.currentWidget.sessionContext.ready.then(
                    () => app.commands.execute(run)).then(done, done);""", wait=True)  # fmt: skip
            picture = "return document.querySelector('.widget-output img')?.src || '';"
            before = browser.wait_for(picture)
            assert before.startswith("data:image/png")
            pick = """const s = document.querySelectorAll('.jp-OutputArea .widget-dropdown select');
                s[0].selectedIndex = arguments[0];
                s[0].dispatchEvent(new Event('change', {bubbles: true})); return s.length;"""
            assert browser.run(pick, 2) == 1
            browser.wait_for(f"const now = (() => {{ {picture} }})(); return now !== arguments[0];",
                             before)  # fmt: skip
        finally:
            server.terminate()
            server.wait(timeout=30)
            log.close()
            shutil.rmtree(work)


def wait_for_server(runtime) -> dict:
    """What the server wrote about itself once it listens."""
    for _ in range(200):
        for path in runtime.glob("jpserver-*.json"):
            return json.loads(path.read_text())
        time.sleep(0.3)
    raise AssertionError("JupyterLab did not start")
