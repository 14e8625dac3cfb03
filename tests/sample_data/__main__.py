"""Rewrite the tracked sample: ``python -m tests.sample_data`` (``--fixture``: the small one)."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from tests.sample_data import fixture
from tests.sample_data.listing import write_listing
from tests.sample_data.templates import TemplateWriter
from tests.sample_data.traps import Expected, all_deliveries
from xhht_analysis.project import ROOT

SAMPLE = ROOT / "data" / "raw" / "sample"


def write_sample(folder: Path) -> tuple[list[str], list[Expected]]:
    """Write every file below ``folder``, emptied first; gives paths and expected results."""
    shutil.rmtree(folder, ignore_errors=True)
    writer = TemplateWriter.sample()
    written: list[str] = []
    lines: list[Expected] = []
    for delivery in all_deliveries(writer, lines):
        target = folder / delivery.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise FileExistsError(delivery.path)
        delivery.write(target)
        written.append(delivery.path)
    return written, lines


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=SAMPLE)
    parser.add_argument("--fixture", action="store_true", help="rewrite tests/fixtures")
    options = parser.parse_args()
    if options.fixture:
        fixture.write_raw(fixture.FIXTURES / "raw")
        fixture.write_processed(fixture.FIXTURES / "raw", fixture.FIXTURES / "processed")
        print(f"Đã viết lại {fixture.FIXTURES}")
        return
    written, lines = write_sample(options.out)
    write_listing(options.out, lines)
    size = sum((options.out / name).stat().st_size for name in written)
    print(f"{len(written)} tệp, {size / 2**20:.2f} MB: {options.out}")


if __name__ == "__main__":
    main()
