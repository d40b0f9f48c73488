"""What receivers of AIS say, line by line: positions of vessels, and what is none or cannot be read."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pyais.exceptions import AISBaseException
from pyais.messages import AISSentence, NMEASentenceFactory

from webapp.monitoring.signals import Position

# Class A, and both of class B. Type 27 is too coarse: its degrees are rounded to 185 m.
_TYPES = frozenset((1, 2, 3, 18, 19))
# Messages in several lines of which some never came: so many are waited for.
_WAITING = 64
_LONGEST = 1024
_FASTEST = 102.2
# A second that lies so little ahead is one of ours, by clocks that differ; farther it was the last minute's.
_AHEAD = timedelta(seconds=5)

_TAGS = re.compile(rb"^\\([^\\]*)\\")
_STAMP = re.compile(rb"(?:^|,)c:(\d{9,13})")


@dataclass
class Counts:
    """How many lines there were, and how many of them nobody could read."""

    lines: int = 0
    bad: int = 0


class Reader:
    """Reads the lines of one receiver; messages in several lines are put together."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._parts: OrderedDict[tuple[object, ...], list[AISSentence | None]] = OrderedDict()

    def take_counts(self) -> Counts:
        """What was counted since this was asked last."""
        counts, self.counts = self.counts, Counts()
        return counts

    def read(self, line: bytes, received: datetime | None) -> Position | None:
        """The position that this line completes. Without `received` the line must say its time."""
        line = line.strip()
        if not line:
            return None
        self.counts.lines += 1
        try:
            return self._read(line, received)
        except (AISBaseException, ValueError, IndexError, OverflowError):
            self.counts.bad += 1
            return None

    def _read(self, line: bytes, received: datetime | None) -> Position | None:
        if len(line) > _LONGEST:
            raise ValueError("no sentence is so long")
        said, sentence = _stamped(line)
        made = NMEASentenceFactory.produce(sentence)
        if not isinstance(made, AISSentence) or not made.is_valid:
            raise ValueError("no sentence of AIS, or its checksum is wrong")
        whole = made if made.is_single else self._joined(made)
        if whole is None or whole.ais_id not in _TYPES:
            return None
        at = said or received
        if at is None:
            raise ValueError("nobody says when this was")
        return _position(whole, at, by_the_second=said is None)

    def _joined(self, part: AISSentence) -> AISSentence | None:
        slot = (part.seq_id, part.channel, part.talker, part.frag_cnt)
        parts = self._parts.setdefault(slot, [None] * part.frag_cnt)
        if part.frag_num == 1:
            parts[:] = [None] * part.frag_cnt
        if not 1 <= part.frag_num <= part.frag_cnt:
            raise ValueError("a part beyond its whole")
        parts[part.frag_num - 1] = part
        self._parts.move_to_end(slot)
        while len(self._parts) > _WAITING:
            self._parts.popitem(last=False)
            self.counts.bad += 1
        known = [each for each in parts if each is not None]
        if len(known) < part.frag_cnt:
            return None
        del self._parts[slot]
        return AISSentence.assemble_from_iterable(known)


def _stamped(line: bytes) -> tuple[datetime | None, bytes]:
    """The time of a tag block (`\\c:1795665600*5C\\!AIVDM`) or before the sentence, and the sentence."""
    tags = _TAGS.match(line)
    if tags:
        stamp = _STAMP.search(tags[1])
        return (_moment(float(stamp[1])) if stamp else None), line[tags.end() :]
    begin = line.find(b"!")
    if begin <= 0:
        return None, line
    words = line[:begin].strip(b" \t,;").decode("ascii")
    if words.replace(".", "", 1).isdigit():
        return _moment(float(words)), line[begin:]
    made = datetime.fromisoformat(words)
    if made.tzinfo is None:
        raise ValueError("a time without its zone")
    return made.astimezone(UTC), line[begin:]


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)


def _position(whole: AISSentence, at: datetime, *, by_the_second: bool) -> Position | None:
    said: dict[str, Any] = dict(whole.decode().asdict())
    lon, lat, sog, cog = (float(said[name]) for name in ("lon", "lat", "speed", "course"))
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    second = int(said["second"])
    if by_the_second and second < 60:
        at = _last_time(at, second)
    return Position(
        device=f"{said['mmsi']:09d}",
        at=at,
        lonlat=(lon, lat),
        sog=sog if sog <= _FASTEST else None,
        cog=cog if cog < 360 else None,
    )


def _last_time(received: datetime, second: int) -> datetime:
    """The last moment before a line came at which the clock showed this second.

    Two receivers that hear the same message then say the same moment.
    """
    made = received.replace(second=second, microsecond=0)
    return made - timedelta(minutes=1) if made > received + _AHEAD else made
