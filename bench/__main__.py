"""`python -m bench [names]`: runs the benchmarks and prints one table. Exit 1 when a goal is missed."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from bench import (
    alarms,
    broken,
    consoles,
    copying,
    coverage,
    crowd,
    desk,
    exports,
    growth,
    intake,
    jobs,
    near,
    offer,
    ogc,
    openings,
    pages,
    plans,
    points,
    ports,
    residents,
    scans,
    soonest,
    tally,
    travel,
    trigger,
    twice,
    video,
    web,
)
from bench.figures import Figure, table
from bench.ground import Ground, ground

BENCHMARKS: dict[str, Callable[[Ground], Iterator[Figure]]] = {
    "points": points.figures,
    "copying": copying.figures,
    "trigger": trigger.figures,
    "locate": web.locate,
    "layer": web.layer,
    "report": web.report,
    "plans": plans.figures,
    "travel": travel.figures,
    "broken": broken.figures,
    "jobs": jobs.figures,
    "soonest": soonest.figures,
    "openings": openings.figures,
    "coverage": coverage.figures,
    "video": video.figures,
    "offer": offer.figures,
    "intake": intake.figures,
    "consoles": consoles.figures,
    "ports": ports.figures,
    "pages": pages.figures,
    "ledger": residents.figures,
    "tally": tally.figures,
    # The last ones fill the desk for good.
    "ogc": ogc.figures,
    "desk": desk.figures,
    "near": near.figures,
    "twice": twice.figures,
    "exports": exports.figures,
    "crowd": crowd.figures,
    "growth": growth.figures,
}

# What takes so long that it is measured only when it is named.
LONG: dict[str, Callable[[Ground], Iterator[Figure]]] = {
    "storm": consoles.storm,
    "alarms": alarms.figures,
    "scans": scans.figures,
}


def main(names: list[str]) -> int:
    """Measure what is named, or everything."""
    known = BENCHMARKS | LONG
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"There is no benchmark {unknown[0]}: say some of {', '.join(known)}.")
        return 2
    found: list[Figure] = []
    begun, busy = time.monotonic(), os.getloadavg()[0]
    with ground() as here:
        for name in names or BENCHMARKS:
            for each in known[name](here):
                beside = f" beside {each.beside}: {each.ratio:.3g}" if each.ratio else ""
                print(f"{name}: {each.what}: {each.measured}{beside}", file=sys.stderr, flush=True)
                found.append(each)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores (load {busy:.1f} before),"
        f" Python {platform.python_version()}, {time.monotonic() - begun:.0f} s\n"
    )
    print(table(found))
    for each in found:
        if each.plan:
            print("\n".join(("", each.what, *(f"    {line}" for line in each.plan))))
    return 1 if any(each.met is False for each in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
