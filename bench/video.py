"""What watching films costs: each rule on frames of 720p beside bare decoding, as cameras a core can take."""

from __future__ import annotations

import resource
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from bench.figures import Figure
from bench.ground import Ground
from webapp.monitoring.video import clips, example, ffmpeg, reading
from webapp.monitoring.video.rules import LOOKS_A_SECOND, Zone, ZoneKind
from webapp.monitoring.video.sight.frames import Box, Frame
from webapp.monitoring.video.sight.people import Walkers
from webapp.monitoring.video.sight.watcher import Watcher

SECONDS = 24
ROUNDS = 3
WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
STAFF = ((0.46, 0.2), (0.54, 0.2), (0.54, 0.9), (0.46, 0.9))
# With five pictures a second a core has to hold so many cameras at least.
LEAST = 10

RULES = {
    "quality alone": (),
    "intrusion, confirmed": (ZoneKind.INTRUSION,),
    "loitering": (ZoneKind.LOITERING,),
    "post": (ZoneKind.POST,),
    "smoke": (ZoneKind.SMOKE,),
    "water gauge": (ZoneKind.GAUGE,),
    "all of them": (
        ZoneKind.INTRUSION,
        ZoneKind.LOITERING,
        ZoneKind.POST,
        ZoneKind.SMOKE,
        ZoneKind.GAUGE,
    ),
}
_CORNERS = {ZoneKind.SMOKE: WHOLE, ZoneKind.GAUGE: STAFF}


def figures(_ground: Ground) -> Iterator[Figure]:
    """Milliseconds of a core for each frame, and how many cameras that makes at five frames a second."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        film = _film(Path(folder) / "film.mp4")
        source = ffmpeg.reading_file(film, at_its_speed=False)
        frames = list(reading.frames(source))
        bare = min(_decoding(film) for _time in range(ROUNDS)) / len(frames)
        yield Figure("video: bare decoding, 720p", len(frames), f"{bare * 1000:.2f} ms a frame")
        piped = min(_timed(lambda: list(reading.frames(source))) for _time in range(ROUNDS))
        yield _figure("decoding, through the pipe", piped / len(frames), bare, len(frames))
        for name, kinds in RULES.items():
            cost = min(_watching(frames, kinds) for _time in range(ROUNDS)) / len(frames)
            yield _figure(f"rules: {name}", cost, bare, len(frames), decoded=piped / len(frames))
        yield _confirming(frames, bare)
        cost = min(_timed(lambda: _keeping(frames)) for _time in range(ROUNDS)) / len(frames)
        yield _figure("keeping the last seconds for clips", cost, bare, len(frames))
        small = [clips.shrunk(each) for each in frames[:60]]
        filmed = min(_timed(lambda: clips.encoded(small)) for _time in range(ROUNDS))
        yield Figure("video: a clip of 12 s written", 60, f"{filmed:.2f} s, behind all else")


def _figure(
    what: str, cost: float, bare: float, rows: int, *, decoded: float | None = None
) -> Figure:
    whole = cost + (decoded or 0)
    cameras = 1 / (whole * LOOKS_A_SECOND)
    return Figure(
        what=f"video: {what}",
        rows=rows,
        measured=f"{cost * 1000:.2f} ms a frame, {cameras:.0f} cameras a core",
        baseline="bare decoding",
        beside=f"{bare * 1000:.2f} ms",
        ratio=cost / bare,
        wanted=f"{LEAST} cameras" if decoded else "",
        met=cameras >= LEAST if decoded else None,
    )


def _confirming(frames: list[Frame], bare: float) -> Figure:
    walkers, box = Walkers(), Box(0.62, 0.5, 0.75, 0.85)
    cost = min(
        _timed(lambda: [walkers.person(each, box) for each in frames[40:60]]) for _ in range(ROUNDS)
    )
    return _figure("one look of HOG at what moved", cost / 20, bare, 20)


def _keeping(frames: list[Frame]) -> None:
    ring = clips.Ring()
    for each in frames:
        ring.add(each)


def _watching(frames: list[Frame], kinds: tuple[ZoneKind, ...]) -> float:
    zones = [
        Zone(number, kind, _CORNERS.get(kind, example.CLOSED), seconds=5.0)
        for number, kind in enumerate(kinds)
    ]
    watcher = Watcher(zones, Walkers())
    # Each frame is new to each run: what it has worked out of itself before would be kept.
    fresh = [Frame(each.at, each.planes) for each in frames]
    return _timed(lambda: [watcher.look(each) for each in fresh])


def _decoding(film: Path) -> float:
    def read() -> None:
        source = ffmpeg.reading_file(film, at_its_speed=False)
        alone = replace(source, arguments=("-threads", "1", *source.arguments))
        process = ffmpeg.begun(alone, *("-f", "null", "-"))
        process.wait()

    return _timed(read)


def _film(path: Path) -> Path:
    """The drawn film at 1280 x 720."""
    return example.written(
        path,
        (
            (at, np.asarray(picture, dtype=np.uint8))
            for at, picture in example.film(SECONDS, example.walks(begins=2, since_x=0.1, to_x=0.7))
        ),
        *("-vf", "scale=1280:720"),
    )


def _timed(work: Callable[[], object]) -> float:
    """Seconds of a core, ours and that of ffmpeg: what else the machine does counts little."""
    before = _spent()
    work()
    return _spent() - before


def _spent() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
