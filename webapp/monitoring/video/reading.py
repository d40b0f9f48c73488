"""Frames of a stream or a file, as ffmpeg decodes them: so many a second, brightness first."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
from collections.abc import Generator

import numpy as np

from webapp.monitoring.video import ffmpeg
from webapp.monitoring.video.ffmpeg import Source, Unreachable
from webapp.monitoring.video.rules import LOOKS_A_SECOND
from webapp.monitoring.video.sight.frames import Frame

# Larger pictures are made smaller: a person in them is large enough.
WIDEST = 1280
# The first picture may take so long, every further one so long (seconds).
FIRST_S, NEXT_S = 20.0, 15.0
_MARK = b"FRAME\n"
_LONGEST_HEADER = 300
_AT_ONCE = 1 << 20


def frames(source: Source, *, fps: float = LOOKS_A_SECOND) -> Generator[Frame, None, None]:
    """The frames of what ffmpeg reads so; `Unreachable` where no first one comes."""
    process = ffmpeg.begun(
        source,
        *("-map", "0:v:0", "-vf", f"fps={fps},scale='trunc(min({WIDEST},iw)/2)*2':-2"),
        *("-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "-"),
    )
    assert process.stdout is not None  # noqa: S101  # for the type checker: it was asked for
    try:
        pipe, number = process.stdout.fileno(), 0
        with contextlib.suppress(OSError):  # a small pipe only makes both wait more often
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _AT_ONCE)
        width, height = _sides(_line(pipe))
        size = width * height * 3 // 2
        while _taken(pipe, len(_MARK), NEXT_S) == _MARK:
            body = _taken(pipe, size, NEXT_S)
            if len(body) < size:
                return
            planes = np.frombuffer(body, np.uint8).reshape(height * 3 // 2, width)
            yield Frame(number / fps, planes)
            number += 1
    finally:
        ffmpeg.end(process)


def _taken(pipe: int, count: int, within: float) -> bytes:
    """So many bytes, fewer at the end or where none come for so long."""
    taken = bytearray()
    while len(taken) < count and select.select([pipe], [], [], within)[0]:
        some = os.read(pipe, min(_AT_ONCE, count - len(taken)))
        if not some:
            break
        taken += some
    return bytes(taken)


def _line(pipe: int) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < _LONGEST_HEADER:
        one = _taken(pipe, 1, FIRST_S)
        if not one:
            break
        line += one
    return line


def _sides(header: bytes) -> tuple[int, int]:
    words = header.decode("ascii", "replace").split()
    sides = {each[0]: each[1:] for each in words[1:]}
    if not words or words[0] != "YUV4MPEG2" or not {"W", "H"} <= set(sides):
        raise Unreachable("no picture came")
    return int(sides["W"]), int(sides["H"])
