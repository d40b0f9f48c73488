"""A working day at once: 160 workers, 40 at the desk, residents, 200 live consoles and alarms, over a big database.

BENCH_SECONDS says how long (60); the goal is ten minutes, and half an hour for the memory.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import text

from bench import cases, consoles, residents, spots
from bench.figures import Figure
from bench.ground import ROOT, Ground
from bench.load import Server, served
from webapp.base.db import db
from webapp.base.spatial import to_lonlat
from webapp.grids import bulk

CASES, OPEN, RESIDENTS = 200_000, 30_000, 100_000
PLACES = 500
SIGNED = 20
# Alarms a second, and how many of them a request brings.
RATE, SIZE = 100, 10
P95_MS = 1000
# The memory of the web server may grow by so much, after it is warm (MiB).
GROWTH_MIB = 64

_WORKERS = text("""
    SELECT a.username FROM account a JOIN post p ON p.account_id = a.id
    WHERE p.role = 'grid_worker' AND a.username IS NOT NULL ORDER BY a.id LIMIT :most
""")
_OPENED = text("""
    SELECT c.id FROM case_file c
    WHERE c.closed_at IS NULL AND (cast(:name AS text) IS NULL OR c.grid_id IN (
        SELECT p.grid_id FROM post p JOIN account a ON a.id = p.account_id
        WHERE a.username = :name AND p.valid @> now()))
    ORDER BY random() LIMIT :most
""")


def figures(ground: Ground) -> Iterator[Figure]:
    """p95 of each page while everybody is there, the consoles beside them, errors and memory."""
    cases.hold(ground, CASES, still_open=OPEN)
    with ground.app.test_request_context("/"):
        residents.fill(RESIDENTS)
    key = consoles.source_of(ground)
    environment = ground.environment | {"LIVE_STREAMS": str(consoles.CONSOLES)}
    with (
        TemporaryDirectory(prefix="wangge-crowd-") as place,
        served("wsgi:app", environment, threads=consoles.CONSOLES + 24) as house,
    ):
        folder = Path(place)
        (folder / "said.json").write_text(json.dumps(_said(ground)))
        crowd = _begun(house, folder)
        with _weighed(house) as weights:
            told = list(
                consoles.told_at(ground, house, key, ground.cookie_of("dispatcher"), RATE, SIZE)
            )
            crowd.wait()
    yield from told
    yield from _pages(_ordered(crowd.stats))
    yield _memory(weights)
    yield _deaths(weights)


@dataclass(frozen=True)
class Weight:
    """What processes hold by themselves, how many threads they are, and their numbers."""

    mib: float
    threads: int
    processes: frozenset[int]


class Crowd:
    """The people of locust, in a process of their own."""

    def __init__(self, process: subprocess.Popen[bytes], csv_of: Path) -> None:
        self._process, self._csv = process, csv_of
        self.stats: list[dict[str, str]] = []

    def wait(self) -> None:
        """They have gone home; `stats` is what was written down."""
        self._process.wait(timeout=consoles.SECONDS + 120)
        with self._csv.open(newline="") as file:
            self.stats = list(csv.DictReader(file))


def _begun(house: Server, folder: Path) -> Crowd:
    command = [
        *(sys.executable, "-m", "locust", "-f", str(ROOT / "bench/crowd_users.py")),
        *("--headless", "--users", "212", "--spawn-rate", "4", "--only-summary"),
        *("--host", f"http://127.0.0.1:{house.port}", "--csv", str(folder / "told")),
        *("--run-time", f"{consoles.SECONDS + 10}s", "--stop-timeout", "20", "--loglevel", "ERROR"),
    ]
    said = {**os.environ, "BENCH_CROWD": str(folder / "said.json")}
    with (folder / "locust.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=said, stdout=log, stderr=log)
    return Crowd(process, folder / "told_stats.csv")


def _said(ground: Ground) -> dict[str, object]:
    with ground.app.app_context():
        workers = list(db.session.scalars(_WORKERS, {"most": SIGNED}))
    return {
        "spots": _places(ground),
        "signed": {
            # A worker opens the cases of the own grid, the desk all.
            "worker": [_person(ground, name, name) for name in workers],
            "desk": [_person(ground, name, None) for name in ("dispatcher", "shift")],
            "street": [_person(ground, "street", None)],
        },
    }


def _person(ground: Ground, username: str, of: str | None) -> dict[str, object]:
    signed = ground.signed_in(username)
    with ground.app.app_context():
        cases = list(db.session.scalars(_OPENED, {"most": PLACES, "name": of}))
    return {"cookie": signed.cookie, "token": signed.token, "cases": cases}


def _places(ground: Ground) -> list[tuple[float, float]]:
    """Places in the territory, degrees WGS 84."""
    with ground.app.app_context():
        x, y = spots.inside(bulk.territory().grids.areas, PLACES)
    return [to_lonlat(*each) for each in zip(x.tolist(), y.tolist(), strict=True)]


@contextmanager
def _weighed(house: Server) -> Iterator[list[Weight]]:
    """What the web server's processes hold by themselves (MiB) and their threads, every second."""
    weights: list[Weight] = []
    over = threading.Event()

    def weigh() -> None:
        while not over.wait(1.0):
            weights.append(_weight(house.pid))

    watching = threading.Thread(target=weigh)
    watching.start()
    try:
        yield weights
    finally:
        over.set()
        watching.join()


def _weight(parent: int) -> Weight:
    kib = threads = 0
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    # One that dies just now holds nothing more.
    with suppress(FileNotFoundError, ProcessLookupError):
        for child in children:
            threads += len(list(Path(f"/proc/{child}/task").iterdir()))
            for line in Path(f"/proc/{child}/smaps_rollup").read_text().splitlines():
                if line.startswith("Private_Dirty"):
                    kib += int(line.split()[1])
    return Weight(kib / 1024, threads, frozenset(map(int, children)))


def _ordered(stats: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The rows of locust, the sum of all last."""
    return sorted(stats, key=lambda row: (row["Name"] == "Aggregated", row["Name"]))


def _pages(rows: Sequence[dict[str, str]]) -> Iterator[Figure]:
    for row in rows:
        p95, failed = float(row["95%"]), int(row["Failure Count"])
        yield Figure(
            what=f"crowd: {row['Name']}",
            rows=int(row["Request Count"]),
            measured=f"p50 {float(row['50%']):,.0f}, p95 {p95:,.0f} ms, {failed} failed",
            wanted=f"none failed, p95 < {P95_MS:,} ms",
            met=failed == 0 and p95 < P95_MS,
        )


def _memory(weights: Sequence[Weight]) -> Figure:
    warm = weights[len(weights) // 4]
    grown = weights[-1].mib - warm.mib
    steps = [*weights[:: len(weights) // 12 + 1], weights[-1]]
    return Figure(
        what=f"crowd: memory of the web server over {len(weights)} s",
        rows=len(weights),
        measured=f"{', '.join(f'{each.mib:.0f} MiB by {each.threads}' for each in steps)} threads",
        wanted=f"< +{GROWTH_MIB} MiB after a quarter of the time",
        met=grown < GROWTH_MIB,
    )


def _deaths(weights: Sequence[Weight]) -> Figure:
    ever = frozenset[int]().union(*(each.processes for each in weights))
    died = len(ever) - len(weights[0].processes)
    return Figure(
        what="crowd: processes of the web server that died",
        rows=len(weights),
        measured=f"{died}",
        wanted="none",
        met=died == 0,
    )
