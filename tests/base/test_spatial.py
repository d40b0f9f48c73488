"""Coordinates are turned alike by all threads, at the cost of one."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from pyproj import Transformer

from webapp.base.spatial import SRID, WGS84, to_lonlat, to_metric

# Each thread lives to the end; how much all of them hold is printed (MiB).
MANY_THREADS = """
import os
from pathlib import Path
from threading import Barrier, Thread
from webapp.base.spatial import to_lonlat, to_metric

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)

def turn():
    to_lonlat(*to_metric(121.06, 37.66))
    turned.wait()
    over.wait()

THREADS = 100
turned, over = Barrier(THREADS + 1), Barrier(THREADS + 1)
to_lonlat(*to_metric(121.06, 37.66))
before = held()
for _ in range(THREADS):
    Thread(target=turn, daemon=True).start()
turned.wait()
print(held() - before)
"""


def test_a_hundred_threads_that_turn_coordinates_hold_no_more_than_threads_do() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", MANY_THREADS], capture_output=True, text=True, check=True
    )
    assert float(ran.stdout) < 20


def test_threads_at_once_turn_each_its_own_point() -> None:
    plain = Transformer.from_crs(WGS84, SRID, always_xy=True)
    points = [(120 + number / 1000, 37 + number / 2000) for number in range(2000)]

    def there_and_back(point: tuple[float, float]) -> tuple[tuple[float, float], bool]:
        metric = to_metric(*point)
        back = to_lonlat(*metric)
        return metric, max(abs(back[0] - point[0]), abs(back[1] - point[1])) < 1e-8

    with ThreadPoolExecutor(16) as crowd:
        turned = list(crowd.map(there_and_back, points))
    assert [metric for metric, _same in turned] == [plain.transform(*point) for point in points]
    assert all(same for _metric, same in turned)
