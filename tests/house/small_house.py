"""A house with the smallest application that has its commands, to run the real supervisor on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from house.trouble import ROOT

APPLICATION = """
import json, os, pathlib, signal
from flask import Flask

app = Flask(__name__)

@app.get("/healthz")
def healthz():
    return "well"

@app.get("/pid")
def pid():
    return str(os.getppid())

@app.cli.group("db")
def db(): ...

@db.command("upgrade")
def upgrade():
    from sqlalchemy import create_engine, text
    engine = create_engine(os.environ["DATABASE_URL"])
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE IF NOT EXISTS started (at timestamptz DEFAULT now())"))
        connection.execute(text("INSERT INTO started DEFAULT VALUES"))
        print(connection.execute(text("SELECT count(*), postgis_version() FROM started")).one())

@app.cli.group("geodata")
def geodata(): ...

@geodata.command("load")
def load():
    print("97 grids")

@app.cli.group("cases")
def cases(): ...

@app.cli.group("people")
def people(): ...

@cases.command("load")
def load_classes():
    print("336 classes")

@people.command("load")
def load_bodies():
    print("16 departments")

@app.cli.group("points")
def points(): ...

@points.command("load")
def load_points():
    print("17 points")

@app.cli.group("services")
def services(): ...

@services.command("load")
def load_items():
    print("38 items")

@app.cli.group("jobs")
def jobs(): ...

@jobs.command("load")
def load_jobs():
    print("80 kinds of work")

@app.cli.command("demo")
def demo():
    row = {"role": "网格员", "username": "worker", "password": "secret-word", "home": "/m"}
    (pathlib.Path(os.environ["INSTANCE"]) / "demo-logins.json").write_text(json.dumps([row]))

@app.cli.command("worker")
def worker():
    wait("worker")

@app.cli.command("intake")
def intake():
    wait("intake")

@app.cli.command("watch")
def watch():
    wait("watch")

@app.cli.group("ports")
def ports(): ...

@ports.command("listen")
def listen():
    wait("ais")

def wait(name):
    (pathlib.Path(os.environ["INSTANCE"]) / f"{name}.pid").write_text(str(os.getpid()))
    signal.pause()
"""


class SmallHouse:
    """A checkout of its own with our real `house` and packages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in (
            "requirements.txt",
            "requirements-dev.txt",
            "requirements-bench.txt",
            "constraints.txt",
        ):
            shutil.copy(ROOT / name, root)
        shutil.copy(ROOT / "package-lock.json", root)
        shutil.copytree(ROOT / "house", root / "house")
        shutil.copytree(ROOT / "static/vendor", root / "static/vendor")
        for name in (".venv", "node_modules"):
            (root / name).symlink_to(ROOT / name)
        (root / "wsgi.py").write_text(APPLICATION)

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """The command runs; its output can be read line by line."""
        return subprocess.Popen(
            [sys.executable, "-m", "house.serve", *words],
            cwd=self.root,
            env=self._environment(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def say(self, *words: str, **environment: str) -> tuple[int, str]:
        """The command has run: its exit code and everything it said."""
        done = self.start(*words, **environment)
        said, _ = done.communicate(timeout=120)
        return done.returncode, said

    @staticmethod
    def _environment(more: Mapping[str, str]) -> dict[str, str]:
        ours = (
            *("INSTANCE", "PORT", "DATABASE_URL", "SECRET_KEY", "MQTT_URL", "MQTT_PORT"),
            *("WANGGE_DEMO", "WANGGE_ENV", "SUBDISTRICT", "CAMERA_HOSTS", "AIS_RECEIVERS"),
        )
        return {key: value for key, value in os.environ.items() if key not in ours} | dict(more)
