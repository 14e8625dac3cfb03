"""Who answers: agencies under the name they bear today, and to whom a text is addressed."""

from xhht_analysis.plan.goals import split_codes
from xhht_analysis.publishing.blocks import clean
from xhht_analysis.publishing.report_data import ReportData
from xhht_analysis.publishing.selection import first, where


def current_code(run: ReportData, code: str) -> str:
    """Code of the agency that does the work on ``as_of``: itself or its successor."""
    ended = run.agencies[run.agencies["valid_to"].between("0", run.as_of, inclusive="left")]
    heirs = ended.set_index("agency_code")["successor"].to_dict()
    while code in heirs:
        code = heirs.pop(code) or code
    return code


def lead_name(run: ReportData, goal_code: str, *, former: bool = False) -> str:
    """Lead agency of a goal as it is called today; ``former`` adds the plan's own name."""
    code = str(run.ordered_goals.loc[goal_code, "lead_agency"])
    now = current_code(run, code)
    old, name = run.names.get(code, code), run.names.get(now, now)
    return run.word("agency_now", old=old, now=name) if former and now != code else name


def addressee(run: ReportData, text: str) -> str:
    """Agency that a proposal names, as it is called today; else the province's committee."""
    for row in run.agencies.itertuples():
        for name in (row.name_vi, row.short_name_vi):
            if isinstance(name, str) and name and name in text:
                code = current_code(run, row.agency_code)
                return run.names.get(code, code)
    return run.word("addressee")


def measures(run: ReportData, goal_codes: list[str]) -> dict[str, str]:
    """Measures of the plan that serve some goals: their codes by title."""
    codes = run.ordered_goals.loc[goal_codes, "task_codes"].map(split_codes).sum()
    tasks = where(run.tasks, task_code=codes)
    names = tasks.apply(run.labels.local, axis=1, name="title")
    return tasks["task_code"].map(task_label).groupby(names, sort=False).agg(", ".join).to_dict()


def task_name(run: ReportData, code: str) -> str:
    """Code of a task as the plan prints it, and its title where it is one of the plan's."""
    task = first(run.tasks, task_code=code)
    title = "" if task is None else run.labels.local(task, "title")
    return f"{task_label(clean(code))} {title}".strip()


def task_label(code: str) -> str:
    """Task code with the plan's letter đ: "IV.3.dd.2" is IV.3.đ.2."""
    return str(code).replace(".dd.", ".đ.")
