"""The Python environment in .venv: made once, renewed only when the pinned requirements change."""

from __future__ import annotations

import hashlib
import sys

from house.trouble import ROOT, run, say, works

VENV = ROOT / ".venv"
PYTHON = VENV / "bin/python"


def provide(*, requirements: str) -> None:
    """.venv holds what the file asks for; without a change since the last time no network is used."""
    if not _works():
        say("Making the Python environment .venv")
        run(
            [_best_python(), "-m", "venv", "--clear", VENV],
            what="The Python environment could not be made",
        )
    stamp = VENV / f".{requirements}.sha256"
    pins = _pins()
    if stamp.exists() and stamp.read_text() == pins:
        return
    say(f"Installing the Python packages of {requirements} (a minute or two the first time)")
    run(
        [
            PYTHON,
            "-m",
            "pip",
            "install",
            "-q",
            "--disable-pip-version-check",
            "-r",
            ROOT / requirements,
        ],
        what="The Python packages could not be installed",
    )
    stamp.write_text(pins)


def _best_python() -> str:
    """Debian's own Python where it is of this version: its build is optimised, which one compiled on
    the spot often is not, and the same work takes it about a sixth less time."""
    debian = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    return debian if works([debian, "-c", "import ensurepip"]) else sys.executable


def _works() -> bool:
    """An environment dies with the Python it was made from, for instance in a Debian upgrade."""
    return works([PYTHON, "-m", "pip", "--version"])


def _pins() -> str:
    names = (
        "requirements.txt",
        "requirements-dev.txt",
        "requirements-bench.txt",
        "constraints.txt",
    )
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()
