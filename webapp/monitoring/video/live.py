"""Films of cameras for browsers: ffmpeg cuts them into pieces while somebody looks.

Every web process may start one and any may serve it: who holds the lock of a camera's folder runs its
ffmpeg, and who holds one of the numbered locks has one of the places. A killed process loses both.
Whoever looks has a file beside the folder, touched with each list that is read: the film ends once
everybody has said that they look no more, or 30 s after the last who did not.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import TextIO

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base.config import Settings
from webapp.base.flow import NotOpen
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.video import ffmpeg, queries
from webapp.monitoring.video.ffmpeg import Source
from webapp.monitoring.video.rules import Corners

# Nobody asked for so long (seconds): the film ends. How often somebody looks whether that is so.
IDLE_S, LOOK_S = 30.0, 0.5
# A film that nobody looks at any more gives its place away within so long (seconds).
PLACE_S = 3.0
# The first piece may take so long to come.
FIRST_S = 12.0
PIECE_S, PIECES = 2, 6
PLAYLIST = "index.m3u8"
PIECE = re.compile(r"piece[0-9]{1,9}\.ts")


class NoPlace(Exception):
    """As many films as may be are being made: nothing is wrong, and the viewer has pictures."""


@dataclass(frozen=True)
class _Film:
    """One that this process makes: of what, how, into which folder, and the locks that it holds meanwhile."""

    source: Source
    cut: list[str]
    folder: Path
    locks: tuple[TextIO, ...]


def playlist(camera: Camera, viewer: str) -> str:
    """The list of the newest pieces of a camera's film, which is being made from now on for this viewer.

    `NotOpen` where it gives none, `NoPlace` where as many films as may be are being made already.
    """
    if camera.stream is None:
        raise NotOpen(_l("No address of this camera is kept."))
    folder = _folder(camera.id)
    _viewers(folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    _ticket(folder, viewer).touch()
    try:
        _ensure(camera, folder)
    except BaseException:
        leave(camera.id, viewer)
        raise
    again, until = True, time.monotonic() + FIRST_S
    while time.monotonic() < until:
        _ticket(folder, viewer).touch()
        try:
            return (folder / PLAYLIST).read_text()
        except FileNotFoundError:
            if not _is_made(folder):
                if not again:
                    break
                # The one that was being made a moment ago has ended for the viewers before us.
                again = False
                _ensure(camera, folder)
            time.sleep(0.1)
    leave(camera.id, viewer)
    raise NotOpen(_l("The camera gives no film now."))


def leave(camera_id: int, viewer: str) -> None:
    """This viewer looks no more; with the last of them the film ends, and its place is free."""
    _ticket(_folder(camera_id), viewer).unlink(missing_ok=True)


def piece(camera_id: int, name: str) -> Path | None:
    """A piece of a film; None where there is none of this name."""
    path = _folder(camera_id) / name
    return path if PIECE.fullmatch(name) and path.is_file() else None


def _ensure(camera: Camera, folder: Path) -> None:
    mine = _locked(_lock(folder))
    if mine is None:
        return  # another process, or another thread of ours, makes it
    place = _place(folder)
    try:
        if place is None:
            raise NoPlace
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        source = ffmpeg.reading_sealed(camera.stream or b"")
        cut = _cut(folder, queries.masks_of(camera.id))
    except BaseException:
        for each in (mine, place):
            if each is not None:
                each.close()
        raise
    film = _Film(source, cut, folder, (mine, place))
    # ffmpeg dies with the thread that started it: with this one, and not with that of a request.
    threading.Thread(target=_until_nobody_asks, args=(film,), daemon=True).start()


def _cut(folder: Path, masks: Sequence[Corners]) -> list[str]:
    """A film without masks is only cut; with masks it is drawn anew, each mask as the box around it."""
    how = ["-c:v", "copy"]
    if masks:
        boxes = ",".join(_box(each) for each in masks)
        how = [
            "-vf",
            boxes,
            *("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"),
        ]
    return [
        *("-map", "0:v:0", "-an", *how, "-f", "hls", "-hls_time", str(PIECE_S)),
        *("-hls_list_size", str(PIECES), "-hls_flags", "delete_segments+omit_endlist+temp_file"),
        *("-hls_segment_filename", str(folder / "piece%d.ts"), str(folder / PLAYLIST)),
    ]


def _box(corners: Corners) -> str:
    across, down = zip(*corners, strict=True)
    left, top = min(across), min(down)
    wide, tall = max(across) - left, max(down) - top
    return (
        f"drawbox=x=iw*{left:.4f}:y=ih*{top:.4f}:w=iw*{wide:.4f}:h=ih*{tall:.4f}:color=gray:t=fill"
    )


def _until_nobody_asks(film: _Film) -> None:
    process = ffmpeg.begun(film.source, *film.cut, output=DEVNULL)
    try:
        while process.poll() is None:
            time.sleep(LOOK_S)
            if not _is_watched(film.folder):
                break
    finally:
        ffmpeg.end(process)
        shutil.rmtree(film.folder, ignore_errors=True)
        for each in film.locks:
            each.close()


def _is_made(folder: Path) -> bool:
    free = _locked(_lock(folder))
    if free is not None:
        free.close()
    return free is None


def _lock(folder: Path) -> Path:
    return folder.with_suffix(".lock")


def _viewers(folder: Path) -> Path:
    return folder.with_suffix(".viewers")


def _ticket(folder: Path, viewer: str) -> Path:
    return _viewers(folder) / hashlib.sha256(viewer.encode()).hexdigest()[:32]


def _is_watched(folder: Path) -> bool:
    """True while somebody looks; who fell silent is forgotten."""
    oldest, watched = time.time() - IDLE_S, False
    for ticket in _viewers(folder).glob("*"):
        try:
            if ticket.stat().st_mtime >= oldest:
                watched = True
            else:
                ticket.unlink()
        except FileNotFoundError:
            continue
    return watched


def _place(folder: Path) -> TextIO | None:
    """A place for this film; where another film is about to end, its place once it has."""
    settings: Settings = current_app.extensions["settings"]
    films, until = folder.parent, time.monotonic() + PLACE_S
    while True:
        places = (_locked(films / f"place-{number}") for number in range(settings.live_cameras))
        free = next((each for each in places if each is not None), None)
        others = (each.with_suffix("") for each in films.glob("*.viewers"))
        made = [each for each in others if each != folder and _is_made(each)]
        watched = sum(1 for each in made if _is_watched(each))
        if free or watched >= settings.live_cameras or time.monotonic() > until:
            return free
        time.sleep(0.1)


def _locked(path: Path) -> TextIO | None:
    """The lock, ours until it is closed; None where somebody has it."""
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _folder(camera_id: int) -> Path:
    settings: Settings = current_app.extensions["settings"]
    return settings.instance / "films" / str(camera_id)
