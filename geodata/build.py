"""Builds the default map: `python -m geodata.build`, or `--check` to compare it with the files."""

import argparse
import sys
import tempfile
from pathlib import Path

from geodata import files
from geodata.check import compare, table_of
from geodata.layers import make

HERE = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 built or equal within tolerance, 1 the regenerated map differs."""
    parser = argparse.ArgumentParser(prog="python -m geodata.build", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="regenerate into a temporary folder and compare with the committed files",
    )
    if parser.parse_args(arguments).check:
        return _check()
    layers = make()
    files.write(layers, HERE)
    size = files.basemap_gzipped(HERE) / 1024
    rows = sum(len(frame) for frame in layers.values())
    print(f"{len(layers)} layers, {rows} rows; base map {size:.0f} KiB gzipped")
    return 0


def _check() -> int:
    with tempfile.TemporaryDirectory() as folder:
        files.write(make(), Path(folder))
        findings = compare(HERE, Path(folder))
    print(table_of(findings))
    return 0 if all(finding.within for finding in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
