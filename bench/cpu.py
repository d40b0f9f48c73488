"""How long processes have computed: what a request costs, however busy the machine is."""

from __future__ import annotations

import os
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def spent(parent: int) -> float:
    """Seconds that a process has computed, with its children, the ended ones included."""
    return sum(_seconds(pid) for pid in [parent, *_children(parent)])


def parent_of(pid: int) -> int:
    """The process that started this one."""
    return int(_fields(pid)[1])


def _children(parent: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if parent_of(int(folder.name)) == parent:
                    found.append(int(folder.name))
            except OSError:
                continue  # it has ended meanwhile
    return found


def _seconds(pid: int) -> float:
    try:
        return sum(int(ticks) for ticks in _fields(pid)[11:15]) * TICK_S
    except OSError:
        return 0.0


def _fields(pid: int) -> list[str]:
    """What the kernel says of a process after its name: state, parent ..., own and children's ticks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
