"""How the house grows: places of 97, 1,000 and 10,000 grids, and of more and more cases, each made from nothing.

BENCH_GROWTH names other sizes, as `97x200000,10000x1000000` (grids x cases).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, make_url, text

from bench.figures import Figure
from bench.ground import ROOT, Ground, commanded
from bench.growing import ADMINS, WORD
from tests import databases

SIZES = os.environ.get("BENCH_GROWTH", "97x200000,1000x200000,10000x200000,10000x1000000")
PLACE = {"SUBDISTRICT": "滨江街道 420102001", "CASE_PREFIX": "BJ", "GRID_COUNTS": ""}
STEPS = (
    *databases.STEPS,
    *(("people", "admin", name, "--password", WORD) for name in ADMINS),
)


def figures(ground: Ground) -> Iterator[Figure]:
    """Each size in a database of its own, which is gone afterwards."""
    for size in SIZES.split(","):
        grids, cases = (int(each) for each in size.split("x"))
        for what, measured in _measured(ground, grids, cases).items():
            yield Figure(
                what=f"{grids:,} grids, {cases:,} cases: {what}", rows=cases, measured=str(measured)
            )


def _measured(ground: Ground, grids: int, cases: int) -> dict[str, Any]:
    name = f"growth_{grids}_{cases}"
    with TemporaryDirectory(prefix="wangge-growth-") as instance:
        url = make_url(ground.url).set(database=name).render_as_string(hide_password=False)
        environment = {**ground.environment, **PLACE, "DATABASE_URL": url, "INSTANCE": instance}
        _say(ground.url, f"CREATE DATABASE {name}")
        try:
            for step in STEPS:
                commanded(environment, *step)
            run = subprocess.run(
                [sys.executable, "-m", "bench.growing", str(grids), str(cases)],
                cwd=ROOT,
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        finally:
            _say(ground.url, f"DROP DATABASE {name} WITH (FORCE)")
    said: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return said


def _say(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as line:
        line.execute(text(statement))
    engine.dispose()
