"""Zip packages of Office, looked into before anything is unpacked, so that a bomb costs nothing."""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections.abc import Iterable
from functools import lru_cache
from xml.etree import ElementTree

from xhht_analysis.intake.reading.sheets import RefusedError

MAX_BYTES = 100 * 2**20
MAX_UNPACKED = 300 * 2**20
"""Bytes of a file, and of all that it holds unpacked."""


def open_package(data: bytes) -> zipfile.ZipFile:
    """Open a zip package after a look at its directory.

    Raises
    ------
    RefusedError
        truncated, password, zip_bomb.
    """
    package = zipfile.ZipFile(io.BytesIO(data))
    parts = package.infolist()
    unpacked = sum(part.file_size for part in parts)
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("password")
    if len(package.NameToInfo) < len(parts):
        raise RefusedError("truncated", "hai phần cùng tên")
    if unpacked > MAX_UNPACKED:
        raise RefusedError("zip_bomb", f"{unpacked} byte từ {len(data)}")
    return package


def part_bytes(package: zipfile.ZipFile, target: str) -> bytes:
    """Content of one part, named as `part_name` takes it; empty when the package has none.

    Raises
    ------
    RefusedError
        entity (a document type declaration).
    """
    name = part_name(package, target)
    data = package.read(name) if name else b""
    if b"<!DOCTYPE" in data:
        raise RefusedError("entity", name)
    return data


def parse(package: zipfile.ZipFile, target: str) -> ElementTree.Element:
    """Tree of one XML part; an empty element when there is none. As `part_bytes`."""
    return ElementTree.fromstring(part_bytes(package, target) or "<none/>")


def worksheets(package: zipfile.ZipFile, target: str) -> dict[str | None, str | None]:
    """Part of each worksheet by the id of its relation in ``target``; None for other relations."""
    return {
        link.get("Id"): link.get("Target") if link.get("Type", "").endswith("/worksheet") else None
        for link in parse(package, target)
    }


def part_name(package: zipfile.ZipFile, target: str) -> str:
    """Name of a part as the package spells it, whatever case and slashes; empty when none."""
    wanted = _path(target if target.startswith(("/", "xl/")) else f"xl/{target}")
    return next((name for name in package.NameToInfo if _path(name) == wanted), "")


@lru_cache(maxsize=4096)
def _path(name: str) -> str:
    return posixpath.normpath(posixpath.join("/", name.replace("\\", "/"))).lower()


def values_of(marks: Iterable[ElementTree.Element]) -> dict[str, str]:
    """The one value of each mark of a style, a row or a cell; empty text where it has none."""
    return {tag(mark): next(iter(mark.attrib.values()), "") for mark in marks}


def tag(element: ElementTree.Element) -> str:
    """Name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
