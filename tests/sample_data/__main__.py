"""Rewrite the tracked sample: ``python -m tests.sample_data`` (``--fixture``: the small one)."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from tests.sample_data.deliveries import regular
from tests.sample_data.geography import Geography
from tests.sample_data.templates import TemplateWriter
from tests.sample_data.truth import Truth
from xhht_analysis.project import ROOT

SAMPLE = ROOT / "data" / "raw" / "sample"


def write_sample(folder: Path) -> list[str]:
    """Write every file of the sample below ``folder``, emptied first; gives their paths."""
    shutil.rmtree(folder, ignore_errors=True)
    writer = TemplateWriter(Truth(Geography()))
    written = []
    for delivery in regular(writer):
        target = folder / delivery.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise FileExistsError(delivery.path)
        delivery.write(target)
        written.append(delivery.path)
    return written


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=SAMPLE)
    options = parser.parse_args()
    written = write_sample(options.out)
    size = sum((options.out / name).stat().st_size for name in written)
    print(f"{len(written)} tệp, {size / 2**20:.2f} MB: {options.out}")


if __name__ == "__main__":
    main()
