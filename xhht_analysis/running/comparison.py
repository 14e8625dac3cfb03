"""What changed between two runs, and why, in the words of the report's section on changes.

Verdicts and figures of the two runs are laid beside each other (`publishing.changes`), code,
packages and parameters, too; nothing is judged again.
"""

from xhht_analysis import store
from xhht_analysis.project import KitError, Project
from xhht_analysis.publishing import changes
from xhht_analysis.publishing.run_tables import read_report_data
from xhht_analysis.running import messages, records

RECORDED = ("code", "versions", "parameters")


def compare(
    project: Project, before: str, after: str
) -> tuple[list[tuple[str, str, str, str]], list[str]]:
    """Compare the published runs ``before`` and ``after`` (their ``as_of``).

    Returns
    -------
    tuple
        Goals of the whole province whose class changed, in the plan's order, a row per target
        year: goal, verdict before, verdict after, causes, all in words. A line per code file,
        package or parameter that differs.

    Raises
    ------
    KitError
        If a run is unknown, its tables are missing or damaged, or one is on invented figures and
        the other is not.
    """
    old, new = (records.record_of(project, as_of) for as_of in (before, after))
    if old.get("sample") != new.get("sample"):
        raise KitError(messages.COMPARE_KINDS.format(before=before, after=after))
    earlier = project.processed(before)
    store.read_table("panel", earlier)  # its absence is no change
    run = read_report_data(project.processed(after), project.config_dir, previous_dir=str(earlier))
    rows = []
    for statements, causes in changes.changed_goals(run):
        words = "; ".join(run.word(f"cause.{cause}") for cause in causes)
        for s in statements:
            verdict_class, chance = s.previous
            verdict, shown = run.labels.verdict(verdict_class), run.labels.short_chance(chance)
            if shown and verdict_class not in ("reached", "missed"):
                verdict = f"{verdict} ({shown})"
            rows.append((f"{s.title} ({s.target_year})", verdict, s.verdict_text, words))
    return rows, records.differences(old, new, RECORDED)
