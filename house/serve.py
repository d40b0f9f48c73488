"""`make run` and `make stop`: one house with its database, its web server and its worker.

python3 -m house.serve run       everything starts, from nothing if need be, and stays until Ctrl-C
python3 -m house.serve renew     the running house goes over to the code of this folder, and answers all the time
python3 -m house.serve stop      the running house ends
python3 -m house.serve env       the environment of the house as shell lines, for commands beside it
python3 -m house.serve flask ... a command of the application, with that environment
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import queue
import re
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TextIO
from unicodedata import east_asian_width

from house import broker, cluster, setup
from house.children import Child, note
from house.environment import PYTHON, VENV
from house.trouble import ROOT, Trouble, say, told

WORKERS = 2
BACKLOG = 2048  # callers that may wait for an answer
THREADS = 24  # a live stream keeps one
GRACE = 5.0  # seconds an answer may take to finish when the house ends
READY_WITHIN = 90.0  # seconds
LOOK_EVERY = 5.0  # seconds between two looks at the processes and the database server
RENEWED_WITHIN = 600.0  # seconds: new packages and migrations take theirs
RENEWAL = "renewal"  # in the instance, while somebody waits for it: empty, then what came of it
DONE = "done"
# These hear no code of ours.
UNCHANGED = ("broker",)


class Stopped(Exception):
    """Somebody asked the house to end."""


def instance_folder() -> Path:
    """The folder of everything that belongs to this installation, as an absolute path."""
    return (ROOT / os.environ.get("INSTANCE", "instance")).absolute()


def port() -> int:
    """The port of the pages, from PORT."""
    words = os.environ.get("PORT") or "8000"
    if not words.isdigit() or not 0 < int(words) < 65536:
        raise Trouble(f"PORT must be a number from 1 to 65535, not {words}.")
    return int(words)


def address() -> str:
    """Where a browser finds the pages."""
    return f"http://127.0.0.1:{port()}"


def given_database() -> str | None:
    """The server named in DATABASE_URL with the driver the application uses, None without one."""
    words = os.environ.get("DATABASE_URL")
    return re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql+psycopg2:", words) if words else None


@contextmanager
def open_port() -> Iterator[int]:
    """The port is ours while this lasts, or Trouble names another way; yields the descriptor.

    Taken before the start and handed to the web server, so that nobody else takes it meanwhile and
    answers in our name, and who comes while the web server starts again waits instead of being
    refused.
    """
    with socket.socket() as listener:
        # As gunicorn does: a connection closed a minute ago does not count as in use.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port()))
            listener.listen(BACKLOG)
        except PermissionError:
            raise Trouble(
                f"Port {port()} is for root only: choose one above 1023 with PORT=8000."
            ) from None
        except OSError:
            raise Trouble(
                f"Port {port()} is in use by another program: choose another, such as PORT={port() + 1} make run."
            ) from None
        yield listener.fileno()


def run() -> int:
    """The house runs until it is asked to end; then nothing of it is left running."""
    with _only_house() as mine:
        if not mine:
            return 0
        with _stop_on_signals(), contextlib.suppress(Stopped), open_port() as listener:
            if broker.wanted():
                broker.check_port(broker.port(port()))
            setup.prepare("run")
            os.umask(0o077)  # logs and files of the house are nobody else's business
            try:
                env = _open_database()
                _prepare_application(env)
                _keep_running(env, listener)
            finally:
                _ignore_signals()
                if not given_database():
                    cluster.stop(instance_folder())
        say("Stopped.")
    return 0


def renew() -> int:
    """The running house answers with the code of this folder; nobody who asked meanwhile went without an answer."""
    instance = instance_folder()
    number = _house_of(instance)
    if number is None:
        raise Trouble("Wangge is not running: start it with make run.")
    answer = instance / RENEWAL
    answer.write_text("")
    os.kill(number, signal.SIGUSR1)
    deadline = time.monotonic() + RENEWED_WITHIN
    while not (words := answer.read_text()):
        if _house_of(instance) is None:
            raise Trouble("The house ended meanwhile.")
        if time.monotonic() > deadline:
            raise Trouble(f"It takes longer than {RENEWED_WITHIN:.0f} s: see {_logs()}.")
        time.sleep(0.1)
    answer.unlink()
    if words != DONE:
        raise Trouble(f"It goes on as it was: {words}")
    say(f"{address()} answers with the code of this folder.")
    return 0


def _house_of(instance: Path) -> int | None:
    """The process that runs this instance, None when there is none."""
    pidfile = instance / "house.pid"
    if not pidfile.exists():
        return None
    with pidfile.open() as note:
        return None if _lock(note) else int(json.load(note)["pid"])


def stop() -> int:
    """The running house has ended, its database last."""
    instance = instance_folder()
    pidfile = instance / "house.pid"
    if pidfile.exists():
        with pidfile.open() as note:
            if not _lock(note):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(json.load(note)["pid"]), signal.SIGTERM)
                fcntl.flock(note, fcntl.LOCK_EX)  # the house holds it until everything is gone
                say("Stopped.")
                return 0
    if cluster.running(instance):
        cluster.stop(instance)
        say("Stopped the database that an earlier house left behind.")
        return 0
    say("Wangge is not running.")
    return 0


# Threads share two arenas of the allocator: each of eight a core would keep for itself what its threads
# once used (docs/performance.md, "A working day at once"). A process that crashes writes down where it was.
RUNTIME = {"MALLOC_ARENA_MAX": "2", "PYTHONFAULTHANDLER": "1"}


def environment() -> dict[str, str]:
    """The environment of every process of the house; the database may or may not be running."""
    instance = instance_folder()
    given = given_database()
    keep = {key: value for key, value in os.environ.items() if given or not key.startswith("PG")}
    keep["PATH"] = f"{VENV / 'bin'}{os.pathsep}{keep.get('PATH', os.defpath)}"
    return {**RUNTIME, **keep} | {
        "DATABASE_URL": given or cluster.url(instance),
        "INSTANCE": str(instance),
        "PORT": str(port()),
        "MQTT_PORT": str(broker.port(port())),
        "WANGGE_ENV": os.environ.get("WANGGE_ENV", "development"),
        "SECRET_KEY": os.environ.get("SECRET_KEY") or secret_key(instance),
        "PYTHONUNBUFFERED": "1",
    }


def secret_key(instance: Path) -> str:
    """The key that signs sessions: drawn once, kept in a file only its owner reads."""
    path = instance / "secret-key"
    with contextlib.suppress(FileExistsError):
        instance.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    return path.read_text().strip()


def flask(arguments: list[str]) -> int:
    """A command of the application has run in the running house; returns its exit code."""
    if not given_database() and not cluster.running(instance_folder()):
        raise Trouble("Wangge is not running: start it with make run.")
    command = [str(VENV / "bin/flask"), "--app", "wsgi", *arguments]
    return subprocess.run(command, env=environment(), cwd=ROOT, check=False).returncode


def sign_ins(instance: Path) -> str:
    """The demo accounts as a table, empty when there are none."""
    path = instance / "demo-logins.json"
    if not path.exists():
        return ""
    rows = [
        [one["role"], one["username"], one["password"], one["home"]]
        for one in json.loads(path.read_text(encoding="utf-8"))
    ]
    widths = [max(map(_columns, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            word + " " * (width - _columns(word)) for word, width in zip(row, widths, strict=True)
        )
        for row in rows
    )
    return "\n".join(f"    {line.rstrip()}" for line in lines)


def _columns(word: str) -> int:
    """Terminal columns: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in word)


def _open_database() -> dict[str, str]:
    if given_database():
        checked = subprocess.run(
            [PYTHON, "-m", "house.given"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if checked.returncode:
            raise Trouble(checked.stderr.strip().splitlines()[-1])
    else:
        cluster.start(instance_folder())
    return environment()


def _prepare_application(env: Mapping[str, str]) -> None:
    steps = {"schema": ["db", "upgrade"], "geodata": ["geodata", "load"]}
    if _wants_demo(env):
        steps["demo"] = ["demo"]
    else:  # what the demo data would bring that every installation needs
        steps |= {
            "bodies": ["people", "load"],
            "points": ["points", "load"],
            "classes": ["cases", "load"],
            "items": ["services", "load"],
            "jobs": ["jobs", "load"],
        }
    for name, words in steps.items():
        began = time.monotonic()
        _flask_step(name, words, env)
        say(f"{name:<7} | ready in {time.monotonic() - began:.1f} s")


def _wants_demo(env: Mapping[str, str]) -> bool:
    """Real people's data get no demo beside them, and a place of its own has no grids for it yet."""
    if os.environ.get("WANGGE_DEMO", "1") == "0" or os.environ.get("SUBDISTRICT"):
        return False
    return env["WANGGE_ENV"] != "production"


def _flask_step(name: str, words: list[str], env: Mapping[str, str]) -> None:
    log = _logs() / f"{name}.log"
    with log.open("w") as file:
        step = subprocess.Popen(
            [VENV / "bin/flask", "--app", "wsgi", *words],
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = step.wait()
        except Stopped:
            step.terminate()
            step.wait()
            raise
    if code:
        lines = [
            line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()
        ]
        last = lines[-1] if lines else f"exit code {code}"
        raise Trouble(f"`flask {' '.join(words)}` failed, see {log}: {last}")


def _keep_running(env: Mapping[str, str], listener: int) -> None:
    """All processes run, and start again when they die, until a signal raises Stopped."""
    happened: queue.SimpleQueue[Child | None] = queue.SimpleQueue()
    web = _web(env, listener, happened)
    beside = {"worker": _flask_command("worker")}
    if broker.wanted():
        beside["broker"] = broker.prepare(instance_folder(), broker.port(port()))
    if broker.spoken() or env.get("CAMERA_HOSTS"):  # it hears the broker, and fetches from cameras
        beside["intake"] = _flask_command("intake")
    if env.get("CAMERA_HOSTS"):  # without it no camera has a stream that could be watched
        beside["watch"] = _flask_command("watch")
    if env.get("AIS_RECEIVERS"):
        beside["ais"] = [*_flask_command("ports"), "listen"]
    children = [web] + [
        Child(name, command, env, _logs() / f"{name}.log", happened.put)
        for name, command in beside.items()
    ]
    try:
        for child in children:
            child.start()
        _wait_until_ready(web)
        note(children, instance_folder())
        signal.signal(signal.SIGUSR1, lambda _number, _frame: happened.put(None))
        say(_welcome())
        _watch(happened, children, env, listener)
    finally:
        _ignore_signals()
        for child in children:
            child.ask_to_end()
        until = time.monotonic() + GRACE + 3
        for child in children:
            child.end(within=until - time.monotonic())


def _web(env: Mapping[str, str], listener: int, happened: queue.SimpleQueue[Child | None]) -> Child:
    return Child("web", _gunicorn(listener), env, _logs() / "web.log", happened.put, (listener,))


def _flask_command(name: str) -> list[str]:
    return [str(VENV / "bin/flask"), "--app", "wsgi", name]


def _watch(
    happened: queue.SimpleQueue[Child | None],
    children: list[Child],
    env: Mapping[str, str],
    listener: int,
) -> None:
    due: dict[str, tuple[float, Child]] = {}
    while True:
        soonest = min((moment for moment, _ in due.values()), default=float("inf"))
        patience = min(LOOK_EVERY, max(soonest - time.monotonic(), 0.01))
        with contextlib.suppress(queue.Empty):
            child = happened.get(timeout=patience)
            if child is None:
                _renew(happened, children, env, listener)
            elif child in children:  # and not one that has been replaced
                wait = child.wait_before_restart()
                due[child.name] = (time.monotonic() + wait, child)
                say(f"{child.name:<6} | ended; starting again in {wait:.0f} s")
        for moment, child in [*due.values()]:
            if moment <= time.monotonic():
                del due[child.name]
                child.start()
        note(children, instance_folder())
        if not given_database() and not cluster.running(instance_folder()):
            say("database server ended; starting it again")
            cluster.start(instance_folder())


def _renew(
    happened: queue.SimpleQueue[Child | None],
    children: list[Child],
    env: Mapping[str, str],
    listener: int,
) -> None:
    """A second web server takes its place beside the first, which then finishes; the others start anew."""
    answer = instance_folder() / RENEWAL
    try:
        setup.prepare("run")
        _prepare_application(env)
        web = _web(env, listener, happened)
        web.start()
        try:
            _wait_until_forked(web)
        except BaseException:
            web.end(within=0)
            raise
    except Trouble as trouble:
        say(f"It goes on as it was: {trouble}")
        answer.write_text(str(trouble))
        return
    before, children[0] = children[0], web
    web.starts += before.starts
    before.ask_to_end()
    for child in children[1:]:
        if child.name not in UNCHANGED:
            child.ask_to_end()  # and it is started again, as when it dies
    before.end(within=GRACE + 3)
    say(_welcome())
    answer.write_text(DONE)


def _wait_until_forked(web: Child) -> None:
    """The web server has read the whole house and made its processes, which take part in answering."""
    assert web.process is not None  # noqa: S101  # it was started
    made = Path(f"/proc/{web.process.pid}/task/{web.process.pid}/children")
    deadline = time.monotonic() + READY_WITHIN
    while web.alive() and time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if len(made.read_text().split()) == WORKERS:
                return
        time.sleep(0.1)
    raise Trouble(
        f"The web server did not come up, see {web.log}: {web.last_words or 'it said nothing'}"
    )


def _wait_until_ready(web: Child) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while web.alive() and time.monotonic() < deadline:
        try:
            _get("/healthz")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise Trouble(
        f"The web server did not come up, see {web.log}: {web.last_words or 'it said nothing'}"
    )


def _get(path: str) -> None:
    """The web server answered, whatever it said. Raises OSError when nobody is there."""
    connection = http.client.HTTPConnection("127.0.0.1", port(), timeout=2)
    try:
        connection.request("GET", path)
        connection.getresponse()
    except http.client.HTTPException as broken:
        raise OSError from broken
    finally:
        connection.close()


# As usual, but the address as the house shows it (webapp/base/logs.py): without secrets and questions.
ACCESS_LOG = '%(h)s %(t)s "%(m)s %({wangge.address}e)s" %(s)s %(b)s "%(a)s" %(M)s'


def _gunicorn(listener: int) -> list[str]:
    return [
        *(str(VENV / "bin/gunicorn"), "wsgi:app", "--bind", f"fd://{listener}"),
        "--preload",  # the house is imported once for all of them
        *("--worker-class", "gthread", "--workers", str(WORKERS), "--threads", str(THREADS)),
        *("--graceful-timeout", str(int(GRACE)), "--keep-alive", "30", "--access-logfile", "-"),
        *("--access-logformat", ACCESS_LOG),
        *("--log-level", "warning"),
        "--no-control-socket",
    ]


def _welcome() -> str:
    words = f"\nWangge is open at {address()}\n"
    if table := sign_ins(instance_folder()):
        words += f"\nDemo sign-ins (role, name, password, first page):\n{table}\n"
    return words + "\nCtrl-C or `make stop` ends it.\n"


def _logs() -> Path:
    folder = instance_folder() / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _only_house() -> Iterator[bool]:
    """The instance's pidfile is locked while this house runs; False when another one runs."""
    instance = instance_folder()
    cluster.make_instance(instance)
    with (instance / "house.pid").open("a+") as note:
        if _lock(note):
            note.truncate(0)
            json.dump({"pid": os.getpid(), "address": address()}, note)
            note.flush()
            yield True
            note.truncate(0)
        else:
            note.seek(0)
            words = note.read()
            where = json.loads(words)["address"] if words else "another terminal"
            say(f"Wangge is already running at {where} (make stop ends it).")
            yield False


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _stop_on_signals() -> Iterator[None]:
    """Ctrl-C, `make stop` and a closed terminal all raise Stopped, once."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        say("\nStopping")
        raise Stopped

    # A shell starts background jobs with Ctrl-C ignored, nohup ignores the closed terminal: so do we.
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if one == signal.SIGTERM or signal.getsignal(one) != signal.SIG_IGN:
            signal.signal(one, stop)
    yield


def _ignore_signals() -> None:
    for one in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(one, signal.SIG_IGN)


def main() -> int:
    """Do what the command line says."""
    deeds = {"run": run, "renew": renew, "stop": stop}
    deed, *rest = sys.argv[1:] or ["run"]
    if deed in deeds:
        return deeds[deed]()
    if deed == "flask":
        return flask(rest)
    if deed == "env":
        names = ("DATABASE_URL", "INSTANCE", "PORT", "MQTT_PORT", "WANGGE_ENV", "SECRET_KEY")
        here = environment()
        print("\n".join(f"export {name}={shlex.quote(here[name])}" for name in names))
        return 0
    raise Trouble(f"There is no {deed}: say run, renew, stop, env or flask.")


if __name__ == "__main__":
    told(main)
