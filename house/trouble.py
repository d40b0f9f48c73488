"""Trouble an operator can mend, told in one sentence."""

from __future__ import annotations

import errno
import pwd
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent.parent


class Trouble(Exception):
    """What stands in the way and what to do about it, in one sentence."""


def say(words: str) -> None:
    """The words are on the console, if there still is one."""
    with suppress(OSError):  # the terminal was closed under a house that runs in the background
        print(words, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    what: str,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    cwd: Path = ROOT,
    words: str = "",
) -> str:
    """The command has run, silently, with these words as its input, and its output is returned.

    `what` begins the sentence when it fails: "The Python packages could not be installed". The last
    lines of a failing command are printed before the sentence. With `user` (only root may) it
    runs as that user, in no other group.
    """
    try:
        done = subprocess.run(
            [str(part) for part in command],
            input=words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=env,
            cwd=cwd,
            check=False,
            **_as(user),
        )
    except FileNotFoundError as absent:
        raise Trouble(f"{what}: the program {absent.filename} is not there.") from None
    except PermissionError:
        raise Trouble(f"{what}: {command[0]} may not be run as {user or 'this user'}.") from None
    if done.returncode:
        lines = [line.strip() for line in done.stdout.splitlines() if line.strip()]
        # A hint without what it is about says nothing.
        telling = [line for line in lines if not line.startswith("HINT:")] or [
            f"{command[0]} ended with exit code {done.returncode}"
        ]
        for line in lines[-12:]:
            if line is not telling[-1]:
                say(f"    {line}")
        raise Trouble(f"{what}: {telling[-1]}")
    return str(done.stdout)


def works(command: Sequence[str | Path]) -> bool:
    """Whether the command is there and succeeds; what it prints is nobody's business."""
    try:
        done = subprocess.run(
            [*map(str, command)], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def told(job: Callable[[], int]) -> NoReturn:
    """The job has run, the process ends with its exit code; trouble is one sentence and code 1."""
    try:
        code = job()
    except Trouble as trouble:
        code = _tell(str(trouble))
    except PermissionError as refused:
        code = _tell(
            f"No right to use {refused.filename}: run as its owner, or choose another place with INSTANCE=."
        )
    except OSError as failed:
        if failed.errno in (errno.ENOSPC, errno.EDQUOT):
            code = _tell("The disk is full: make room and try again.")
        else:
            code = _tell(f"{failed.filename or 'A file'}: {failed.strerror or failed}.")
    except KeyboardInterrupt:
        code = _tell("Interrupted.")
    sys.exit(code)


def _tell(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 1
