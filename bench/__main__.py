"""`python -m bench [names]`: runs the benchmarks and prints one table. Exit 1 when a goal is missed."""

from __future__ import annotations

import platform
import sys
import time
from datetime import UTC, datetime
from os import cpu_count

from bench import plans, points, trigger, web
from bench.figures import Figure, table
from bench.ground import ground

BENCHMARKS = {
    "points": points.figures,
    "trigger": trigger.figures,
    "web": web.figures,
    "plans": plans.figures,
}


def main(names: list[str]) -> int:
    """Measure what is named, or everything."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"There is no benchmark {unknown[0]}: say some of {', '.join(BENCHMARKS)}.")
        return 2
    found: list[Figure] = []
    begun = time.monotonic()
    with ground() as here:
        for name in names or BENCHMARKS:
            print(f"measuring {name} ...", file=sys.stderr, flush=True)
            found.extend(BENCHMARKS[name](here))
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {cpu_count()} cores, Python {platform.python_version()}, ",
        end="",
    )
    print(f"{time.monotonic() - begun:.0f} s\n")
    print(table(found))
    return 1 if any(each.met is False for each in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
