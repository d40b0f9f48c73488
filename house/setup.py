"""Everything a job needs is installed: Debian packages, Python packages, front-end files, texts.

`python3 -m house.setup [run|lint|test|bench]`; a second time it takes a moment and no network.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from house import assets, environment, machine
from house.trouble import ROOT, Trouble, run, say, told

JOBS = ("run", "lint", "test", "bench")
# What a job wants of Python packages, where it is not what tests and lint do.
REQUIREMENTS = {"run": "requirements.txt", "bench": "requirements-bench.txt"}


def prepare(job: str) -> None:
    """The machine can do the job: one of JOBS."""
    with _alone():
        machine.provide(job)
        environment.provide(requirements=REQUIREMENTS.get(job, "requirements-dev.txt"))
        if job == "lint":
            return
        assets.provide()
        if (ROOT / "webapp/texts.py").exists():
            run(
                [environment.PYTHON, "-m", "webapp.texts"],
                what="The translations could not be compiled",
            )


@contextmanager
def _alone() -> Iterator[None]:
    """Two setups of one checkout, such as `make run` beside `make test`, take turns."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another setup of this folder to end")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main() -> int:
    """Prepare for the job named on the command line, `run` without one."""
    job = sys.argv[1] if len(sys.argv) > 1 else "run"
    if job not in JOBS:
        raise Trouble(f"There is no job {job}: say one of {', '.join(JOBS)}.")
    prepare(job)
    return 0


if __name__ == "__main__":
    told(main)
