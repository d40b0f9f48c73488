"""The last seconds of a camera, small and masked, and the clips of alarms that are made of them."""

from __future__ import annotations

import subprocess
import tempfile
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import cv2
import numpy as np

from webapp.monitoring.video.rules import (
    CLIP_AFTER_S,
    CLIP_BEFORE_S,
    CLIP_WIDTH,
    LOOKS_A_SECOND,
    MOST_CLIPS,
)
from webapp.monitoring.video.sight.frames import Frame

# A clip that takes longer to be written than this (seconds) is given up.
WRITTEN_S = 60.0


@dataclass(eq=False)
class Clip:
    """Frames around an alarm, from `began_at` until `until` (seconds of the stream); `row` once it is asked
    for in the database."""

    began_at: datetime
    frames: list[Frame]
    until: float
    row: int | None = None

    @property
    def whole(self) -> bool:
        """True once its last frame was seen."""
        return self.frames[-1].at >= self.until

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.frames) / LOOKS_A_SECOND


class Ring:
    """What a camera showed in the last seconds, as small frames, and the clips that are not whole yet."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque(maxlen=round(CLIP_BEFORE_S * LOOKS_A_SECOND))
        self._clips: list[Clip] = []

    def add(self, frame: Frame) -> None:
        """The frame, masked already, is the newest one."""
        small = shrunk(frame)
        self._frames.append(small)
        for clip in self._clips:
            if not clip.whole:
                clip.frames.append(small)

    def begin(self, at: datetime) -> Clip | None:
        """A clip of what was seen just before now, which goes on; None where enough are being made."""
        if len(self._clips) >= MOST_CLIPS or not self._frames:
            return None
        frames = list(self._frames)
        since = timedelta(seconds=frames[-1].at - frames[0].at)
        clip = Clip(at - since, frames, frames[-1].at + CLIP_AFTER_S)
        self._clips.append(clip)
        return clip

    def drop(self, clip: Clip | None) -> None:
        """Nobody wants this one."""
        if clip in self._clips:
            self._clips.remove(clip)

    def taken(self, *, whole: bool = True) -> list[Clip]:
        """The clips that are asked for and whole, or all that are asked for; they are no longer here."""
        ready = [each for each in self._clips if each.row is not None and (each.whole or not whole)]
        for each in ready:
            self._clips.remove(each)
        return ready


def shrunk(frame: Frame) -> Frame:
    """The frame at most `CLIP_WIDTH` wide."""
    if frame.width <= CLIP_WIDTH:
        return frame
    width = CLIP_WIDTH
    height = round(frame.height * width / frame.width / 4) * 4
    half, wide = frame.height // 2, frame.width // 2
    small = [cv2.resize(frame.luma, (width, height), interpolation=cv2.INTER_AREA)]
    for plane in frame.planes[frame.height :].reshape(2, half, wide):
        reduced = cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        small.append(reduced.reshape(height // 4, width))
    return Frame(frame.at, np.concatenate(small).astype(np.uint8, copy=False))


def encoded(frames: Iterable[Frame]) -> bytes:
    """The frames as a film that every browser plays (H.264 in MP4). Raises `OSError` where ffmpeg fails."""
    listed = list(frames)
    size = f"{listed[0].width}x{listed[0].height}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        # Behind everything that watches.
        command = [
            *("nice", "-n", "10", "setpriv", "--pdeathsig=KILL"),
            *("ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo"),
            *("-pix_fmt", "yuv420p", "-s", size, "-r", str(LOOKS_A_SECOND), "-i", "pipe:0"),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", "27", "-threads", "1"),
            *("-movflags", "+faststart", str(path)),
        ]
        try:
            subprocess.run(
                command,
                input=b"".join(each.planes.tobytes() for each in listed),
                check=True,
                capture_output=True,
                timeout=WRITTEN_S,
            )
        except subprocess.SubprocessError as error:
            raise OSError(f"ffmpeg could not write a clip: {error}") from error
        return path.read_bytes()
