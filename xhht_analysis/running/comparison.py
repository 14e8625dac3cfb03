"""What changed between two runs, and why: model and rules, reading, revision, new data.

Verdicts, figures, code, packages and parameters of the two runs are laid beside each other, by the
rule of the report's section on changes (`publishing.changes`); nothing is judged again.
"""

from xhht_analysis import store
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing import changes
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.running import messages, records, stages

RECORDED = ("code", "versions", "parameters")
WITHOUT_SAY = "/publishing/"
"""No verdict passes through this room: the floors forbid it (tests/test_layering.py)."""


def compare(
    project: Project, before: str, after: str
) -> tuple[list[tuple[str, ...]], dict[str, int], list[str]]:
    """Compare the published runs ``before`` and ``after`` (their ``as_of``).

    Returns
    -------
    tuple
        Goals of the whole province whose class changed, in the plan's order, a row per target
        year: goal, verdict before, verdict after, causes, all in words. The number of panel rows
        by kind of change. A line per code file, package or parameter that differs.

    Raises
    ------
    KitError
        If a run is unknown, its tables are missing or damaged, or one is on invented figures and
        the other is not.
    """
    old_record, new_record = (records.record_of(project, as_of) for as_of in (before, after))
    if old_record.get("sample") != new_record.get("sample"):
        raise KitError(messages.COMPARE_KINDS.format(before=before, after=after))
    old_tables, tables = (project.processed(as_of) for as_of in (before, after))
    old_panel = store.read_table("panel", old_tables)
    run = read_report_data(tables, project.config_dir, previous_dir=str(old_tables))
    lines = records.differences(_judging(old_record), _judging(new_record), RECORDED)
    rows = []
    for statements, causes in changes.changed_goals(run):
        kinds = [cause for cause in causes if cause in changes.CAUSES] + ["model"] * bool(lines)
        words = "; ".join(messages.CAUSES[kind] for kind in kinds or ["other"])
        for statement in statements:
            goal = f"{statement.title} ({statement.target_year})"
            verdict = run.labels.verdict(statement.previous[0])
            rows.append((goal, verdict, statement.verdict_text, words))
    return rows, changes.panel_changes(old_panel, run.panel).value_counts().to_dict(), lines


def _judging(record: dict) -> dict[str, dict]:
    """The part of a record that decides verdicts; the day of the data is no setting."""
    places = (stage.read_code(record["code"]) for stage in (stages.INTAKE, stages.FORECAST))
    code = {n: h for part in places for n, h in part.items() if WITHOUT_SAY not in n}
    settings = {k: v for k, v in record["parameters"].items() if k not in ("as_of", "lang")}
    return {"code": code, "versions": record["versions"], "parameters": settings}
