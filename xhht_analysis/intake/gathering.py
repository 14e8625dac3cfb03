"""From the folders of received files to claims, activities and a line per file.

A folder's name is the day of receipt; what was received after ``as_of`` is not opened. A file that
is refused as a whole is one claim with a problem, so that the account counts it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from xhht_analysis.contracts import ACTIVITIES, conform
from xhht_analysis.intake.forms import recognise
from xhht_analysis.intake.forms.text_kinds import AMENDING_NAME
from xhht_analysis.intake.reading.delivery import find_files, read_files
from xhht_analysis.intake.reading.sheets import FileContent, Refusal
from xhht_analysis.intake.reading.text import fold
from xhht_analysis.parameters import accept
from xhht_analysis.plan import goals
from xhht_analysis.plan.areas import Areas, read_areas
from xhht_analysis.project import KitError, is_date
from xhht_analysis.remedies import remedy

SAMPLE_FOLDER = "sample"
CHUNK_ROWS = 20_000
OUT_OF_SCOPE = dict.fromkeys(("out_of_scope", "other_province"), "out_of_scope")
"""Outcome of claims by the problem that is known before judging."""


PROSE_LEFT_OUT = (
    "Số trong lời văn, ghi chú không đọc ({n} đoạn): “{line}”. Số chưa có trong bảng thì ghi vào "
    "bảng; điều cần nói về số trong bảng thì ghi ở dòng dưới bảng."
)


class NothingReceivedError(KitError):
    """No file had been received by ``as_of``."""


@dataclass(frozen=True)
class Plan:
    """The plan's tables that reading and judging need."""

    areas: Areas
    indicators: pd.DataFrame
    goals: pd.DataFrame
    agencies: pd.DataFrame
    tasks: pd.DataFrame
    config_dir: Path

    @property
    def by_code(self) -> pd.DataFrame:
        """Indicators by their code, each once."""
        return self.indicators.drop_duplicates("indicator_code").set_index("indicator_code")

    @classmethod
    def read(cls, config_dir: Path) -> Plan:
        """Read them from config/."""
        return cls(
            read_areas(config_dir),
            goals.read_indicators(config_dir),
            goals.read_goals(config_dir),
            goals.read_agencies(config_dir),
            goals.read_tasks(config_dir),
            config_dir,
        )


@dataclass
class Gathered:
    """What all files claim.

    ``claims`` has one row per observation (contract OBSERVATIONS, the cell of every figure, the
    problem that keeps it from being read), ``files`` one row per file.
    """

    claims: pd.DataFrame
    files: pd.DataFrame
    findings: list[dict[str, Any]]
    activities: pd.DataFrame


def received_files(raw_dir: Path, as_of: str = "9999") -> list[tuple[Path, str | None]]:
    """Files received by ``as_of`` with their day of receipt (None: the folder is no date).

    Those of a folder of invented ones in ``raw_dir`` are left out.
    """
    received = []
    for path in find_files(raw_dir):
        first, *rest = path.relative_to(raw_dir).parts
        day = first if rest and is_date(first) else None
        if (day or "") <= as_of and not (rest and first == SAMPLE_FOLDER):
            received.append((path, day))
    return received


def received_dates(raw_dir: Path) -> list[str]:
    """Days of receipt of the files below ``raw_dir``, oldest first; none if it is absent."""
    return sorted({day for _, day in received_files(raw_dir) if day})


def find_received(raw_dir: Path, as_of: str | None) -> tuple[list[tuple[Path, str | None]], str]:
    """Files received by ``as_of`` in order of receipt, and that day.

    Returns
    -------
    tuple
        Files in order of receipt, those of one day by name, with the ones last whose name says
        that they amend others; and ``as_of`` (the latest day when it was None).

    Raises
    ------
    UsageError
        If ``as_of`` is no date.
    NothingReceivedError
        If there is no folder of receipt by ``as_of``.
    """
    accept("as_of", as_of or "", "str")
    received = received_files(raw_dir, as_of or "9999")
    days = [day for _, day in received if day]
    if not days:
        raise NothingReceivedError(
            f"{raw_dir}: không có thư mục này, hoặc chưa nhận tệp nào đến {as_of or 'nay'}. Đặt "
            "tệp vào thư mục theo ngày nhận, ví dụ 2026-11-20/; hoặc chạy thử: xhht run --sample."
        )

    def rank(item: tuple[Path, str | None]) -> tuple[str, bool, str, str]:
        """Day of receipt, whether it amends others of that day, name as folders list it."""
        name = item[0].relative_to(raw_dir).as_posix()
        return item[1] or "", bool(AMENDING_NAME.search(fold(name))), name.casefold(), name

    return sorted(received, key=rank), as_of or max(days)


def gather(
    received: list[tuple[Path, str | None]],
    raw_dir: Path,
    as_of: str,
    plan: Plan,
    jobs: int = 2,
    *,
    sample: bool | None = None,
) -> Gathered:
    """Read the files and collect what they claim.

    Invented figures are refused, unless ``sample``; with None only where real ones are.
    """
    frames, rows, files, findings, activities, invented = [], [], [], [], [], []
    first_files: dict[str, str] = {}
    forms = recognise.FormReader(plan)
    names = plan.areas.table.set_index("unit_code")["name_vi"].to_dict()
    contents = read_files([path for path, _ in received], raw_dir, jobs=jobs)
    for content, (_, day) in zip(contents, received, strict=True):
        if day is None:
            content = FileContent(content.file, refusal=Refusal("folder_not_date"))
        reading = forms.read(content, day or as_of)
        original = first_files.setdefault(content.sha256 or content.file, content.file)
        claims = _claims(content.file, reading, day or as_of)
        rows += [claim | {"original": original} for claim in claims]
        if reading.is_sample:
            refusal = Refusal("sample_file")
            claim = _refused(refusal, content.file, reading.sender, None, day or as_of)
            invented.append(claim | {"original": original})
        if len(rows) >= CHUNK_ROWS:  # a frame is far smaller than its rows
            frames, rows = [*frames, recognise.observation_frame(rows)], []
        findings += reading.finding_rows
        if prose := [line for sheet in content.sheets for line in sheet.prose]:
            text = PROSE_LEFT_OUT.format(n=len(prose), line=prose[0][:80])
            findings.append({"file": content.file, "rule": "text_left_out", "message": text})
        activities += reading.activity_rows
        files.append(_file_row(content, reading, claims) | {"received_on": day or as_of})
    claims = pd.concat([*frames, recognise.observation_frame(rows)], ignore_index=True)
    file_rows = pd.DataFrame(files)
    real = ~file_rows["is_sample"] & file_rows["forms"].notna()
    if invented and not (sample or (sample is None and not real.any())):
        marked = {claim["file"] for claim in invented}
        claims = claims[~claims["file"].isin(marked)]
        claims = pd.concat([claims, recognise.observation_frame(invented)], ignore_index=True)
        findings, activities = (
            [row for row in table if row["file"] not in marked] for table in (findings, activities)
        )
        file_rows["is_sample"] = False
    claims = complete_claims(claims, plan)
    file_rows["sender_name"] = file_rows["sender_name"].fillna(file_rows["sender"].map(names))
    return Gathered(claims, file_rows, findings, latest_activities(activities))


def _claims(file: str, reading: recognise.Reading, day: str) -> list[dict[str, Any]]:
    """What a file claims: its figures, and a refusal for the whole of it or what it would revise.

    A file that gives nothing is refused for the figures that it names as revised, else as a whole.
    """
    claims, revised = reading.observation_rows, reading.revised
    if reading.refusal or not (claims or reading.activity_rows):
        claims, revised = [], revised or {(None, None)}
    refusal = reading.refusal or Refusal("nothing_filled_in")
    refused = [
        _refused(refusal, file, unit or reading.sender, reading.year, day)
        | {"indicator_code": code}
        for unit, code in sorted(revised, key=str)
    ]
    amends = reading.amends or reading.revised or AMENDING_NAME.search(fold(file))
    return [claim | {"amends": "x" if amends else None} for claim in [*claims, *refused]]


def _file_row(
    content: FileContent,
    reading: recognise.Reading,
    claims: list[dict],
) -> dict[str, Any]:
    """Who sent a file for which year; where it does not say, what all its read figures say."""
    read = [claim for claim in claims if not claim.get("problem")] or claims
    return {
        "file": content.file,
        "sender": reading.sender or _sole(read, "unit_code"),
        "sender_name": reading.sender_name,
        "year": reading.year or _sole(read, "year"),
        "forms": ";".join(reading.forms) or None,
        "is_sample": reading.is_sample,
        "sha256": content.sha256 or None,
    }


def _sole(claims: list[dict], column: str) -> Any:
    """What all claims of one file say in ``column``; None where one says otherwise, or nothing."""
    values = {claim.get(column) for claim in claims}
    return values.pop() if len(values) == 1 else None


def _refused(
    refusal: Refusal, file: str, sender: str | None, year: Any, received_on: str
) -> dict[str, Any]:
    return {
        "source_id": hashlib.sha256(file.encode()).hexdigest()[:16],
        "status": "ok",
        "unit_code": sender,
        "year": year,
        "received_on": received_on,
        "file": file,
        "problem": refusal.rule,
        "raw": refusal.detail or None,
        "remedy": remedy(refusal.rule),
    }


def complete_claims(claims: pd.DataFrame, plan: Plan) -> pd.DataFrame:
    """Claims with what judging needs: unique ids, order, parent, day; outcome of what is not ours.

    The day for which a claim stands (``on``) is the file's own, else the last of the year (at most
    that of receipt).
    Of one day the last are those of files that amend others; before them a unit's own files come
    after tables of several units.
    """
    repeat = claims.groupby("source_id").cumcount()
    unique = claims["source_id"].mask(repeat > 0, claims["source_id"] + "-" + repeat.astype("str"))
    n_units = claims.groupby("file")["unit_code"].transform("nunique")
    is_own = n_units.eq(1) | claims["sender"].eq(claims["unit_code"])
    rank = (2 * claims["amends"].notna() + is_own.astype("int64")).rank(method="first")
    received, end = claims["received_on"], claims["year"].astype("str") + "-12-31"
    return claims.assign(
        on=claims["snapshot_date"].fillna(end.where(end <= received, received)),
        source_id=unique,
        outcome=claims["problem"].map(OUT_OF_SCOPE).astype("str"),
        order=rank.astype("int64"),
        whole=False,
        parent_indicator=claims["indicator_code"].map(plan.by_code["parent_indicator"]),
    )


def latest_activities(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Activities of the last file per reporter, year and task (contract ACTIVITIES).

    ``rows`` come in order of receipt.
    """
    frame = conform(pd.DataFrame(rows), ACTIVITIES)
    key = ["reporter_code", "year", "task_code"]
    last = frame.groupby(key, dropna=False)["file"].transform("last")
    return frame[frame["file"].eq(last)].reset_index(drop=True)
