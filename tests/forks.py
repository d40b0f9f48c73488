"""Programs of the house, forked from a process that has imported it.

To import the house takes longer than most of what such a program is started for. Whoever starts one
asks a process of its own, which has done that once, to fork: what runs then is what `python -m flask`
or `python -m gunicorn` runs, with its own environment, session and output. They end with their asker.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, NoReturn, Protocol

ROOT = Path(__file__).parent.parent
# The longest request: the words and the environment of a program.
_LONGEST = 1 << 17
_PR_SET_PDEATHSIG = 1


class Process(Protocol):
    """A program that runs: what is common to a fork and to `subprocess.Popen`."""

    @property
    def pid(self) -> int:
        """Its number, which is that of its session as well."""

    def poll(self) -> int | None:
        """How it ended; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has; `subprocess.TimeoutExpired` after so many seconds."""

    def terminate(self) -> None:
        """It is asked to end."""

    def kill(self) -> None:
        """It dies without a word."""


class Fork:
    """One program; `returncode` as of `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], pid: int, ended: IO[bytes]) -> None:
        self.words = words
        self.pid = pid
        self.returncode: int | None = None
        self._ended = ended

    def poll(self) -> int | None:
        """How it ended; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended, once it has; `subprocess.TimeoutExpired` after so many seconds."""
        if self.returncode is None:
            if not select.select([self._ended], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(list(self.words), timeout or 0)
            # Nothing is said where the process that forks was killed itself.
            self.returncode = int(self._ended.read() or -signal.SIGKILL)
            self._ended.close()
        return self.returncode

    def terminate(self) -> None:
        """It is asked to end."""
        self._tell(signal.SIGTERM)

    def kill(self) -> None:
        """It dies without a word."""
        self._tell(signal.SIGKILL)

    def _tell(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)


class _Forks:
    """The process that forks for this one; made when it is first wanted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None

    def start(
        self, words: Sequence[str], environment: Mapping[str, str], out: int, err: int
    ) -> Fork:
        """A program runs from now on."""
        reading, writing = os.pipe()
        with self._lock:
            line = self._line = self._line or self._made()
            asked = json.dumps({"words": list(words), "environment": dict(environment)}).encode()
            socket.send_fds(line, [asked], [out, err, writing])
            os.close(writing)
            pid = int(line.recv(32))
        return Fork(words, pid, os.fdopen(reading, "rb"))

    @staticmethod
    def _made() -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            # It ends when our end of the line is closed, by whatever ends us.
            subprocess.Popen(
                [sys.executable, "-m", "tests.forks", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        return ours


_FORKS = _Forks()


def start(words: Sequence[str], environment: Mapping[str, str], log: IO[bytes]) -> Fork:
    """`flask WORDS`, `gunicorn WORDS` or `steps JSON` (commands of flask, one after another) runs.

    What it says goes to `log`.
    """
    return _FORKS.start(words, environment, log.fileno(), log.fileno())


def run(
    words: Sequence[str], environment: Mapping[str, str], out: IO[bytes], err: IO[bytes]
) -> int:
    """The same, until it has ended; answers how."""
    if any(environment.get(name) != os.environ.get(name) for name in ("SRID", "REACH_M")):
        # These are settled when the house is imported: such a program is no fork.
        own = [sys.executable, "-m", "tests.forks", *words]
        return subprocess.run(
            own, cwd=ROOT, env=environment, stdout=out, stderr=err, check=False
        ).returncode
    return _FORKS.start(words, environment, out.fileno(), err.fileno()).wait()


def _fork_for(line: socket.socket) -> list[str]:
    """Forks whenever it is asked to; comes back in the forks only, with the words to run."""
    woken, wakes = os.pipe()
    for each in (woken, wakes):
        os.set_blocking(each, False)
    signal.set_wakeup_fd(wakes)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    ends: dict[int, int] = {}
    while True:
        ready, _writable, _wrong = select.select([line, woken], [], [])
        if woken in ready:
            os.read(woken, 4096)
            _say_who_ended(ends)
        if line in ready:
            asked, descriptors, _flags, _from = socket.recv_fds(line, _LONGEST, 3)
            if not asked:
                os._exit(0)
            pid = os.fork()
            if not pid:
                signal.set_wakeup_fd(-1)
                line.close()
                for each in (woken, wakes, *ends.values()):
                    os.close(each)
                return _begin(json.loads(asked), *descriptors)
            out, err, ends[pid] = descriptors
            os.close(out)
            os.close(err)
            line.send(str(pid).encode())


def _say_who_ended(ends: dict[int, int]) -> None:
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            end = ends.pop(ended[0])
            with suppress(BrokenPipeError):
                os.write(end, str(os.waitstatus_to_exitcode(ended[1])).encode())
            os.close(end)


def _begin(asked: dict[str, Any], out: int, err: int, end: int) -> list[str]:
    """This process is a program of its own from now on; answers its words."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.dup2(out, 1)
    os.dup2(err, 2)
    for each in (out, err, end):
        os.close(each)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(asked["environment"])
    time.tzset()
    gc.enable()
    faulthandler.enable()
    words: list[str] = asked["words"]
    return words


def _run(words: list[str]) -> NoReturn:
    name, *rest = words
    sys.argv = words
    if name == "gunicorn":
        from gunicorn.app.wsgiapp import run as serve

        serve(prog=name)
    elif name == "steps":
        from flask.cli import FlaskGroup

        from wsgi import app

        for step in json.loads(rest[0]):
            FlaskGroup(create_app=lambda: app).main(step, prog_name="flask", standalone_mode=False)
    else:
        from flask.cli import main

        sys.argv[1:1] = ["--app", "wsgi"]
        main()
    sys.exit(0)


if __name__ == "__main__":
    if not sys.argv[1].isdigit():
        _run(sys.argv[1:])
    gc.disable()
    for name in ("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "webapp.app"):
        import_module(name)
    gc.freeze()
    _run(_fork_for(socket.socket(fileno=int(sys.argv[1]))))
