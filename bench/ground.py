"""The ground of a run: a throwaway cluster with the default territory, and the app on it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from house.cluster import Throwaway

ROOT = Path(__file__).parent.parent
SETUP = (("db", "upgrade"), ("geodata", "load"), ("cases", "load"), ("people", "load"))


@dataclass(frozen=True)
class Ground:
    """A database set up by the commands an operator uses, and the app that works on it."""

    url: str
    environment: dict[str, str]
    app: Flask

    def flask(self, *words: str) -> str:
        """Runs a command of the app; answers what it printed."""
        return _flask(self.environment, *words)


@contextmanager
def ground() -> Iterator[Ground]:
    """A ground that is gone afterwards."""
    with Throwaway() as cluster, tempfile.TemporaryDirectory(prefix="wangge-bench-") as instance:
        environment = {
            **os.environ,
            "WANGGE_ENV": "test",
            "DATABASE_URL": cluster.url,
            "SECRET_KEY": "a key that only benchmarks use, long enough",
            "INSTANCE": instance,
            "WANGGE_LOCALE": "zh_CN",
        }
        for step in SETUP:
            _flask(environment, *step)
        yield Ground(cluster.url, environment, _app(environment))


def _app(environment: dict[str, str]) -> Flask:
    # Modules read some settings when they are imported.
    os.environ.update(environment)
    from webapp.app import create_app

    return create_app()


def _flask(environment: dict[str, str], *words: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"flask {' '.join(words)} failed:\n{run.stdout}{run.stderr}")
    return run.stdout
