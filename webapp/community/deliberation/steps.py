"""What each move of a topic writes down, and what must hold before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen, Unacceptable
from webapp.community.deliberation import polls, queries
from webapp.community.deliberation.models import Topic
from webapp.community.deliberation.procedures import PROCEDURES
from webapp.community.deliberation.rules import ENDED, PUBLICITY_DAYS, Level
from webapp.people import days
from webapp.residents.models import Building


@dataclass(frozen=True)
class Step:
    """What somebody says with a move."""

    note: str | None = None
    words: str | None = None
    level: Level | None = None
    procedure: str | None = None
    building: Building | None = None
    within_m: int | None = None
    into: Topic | None = None
    meeting_at: datetime | None = None
    meeting_place: str | None = None
    closes_at: datetime | None = None
    secret: bool = False
    online: bool = False
    days: int | None = None
    file: StoredFile | None = None


def write(topic: Topic, name: str, said: Step) -> None:
    """What was said with the move stands in the topic; raises a `Refusal` when it may not be made yet."""
    deed = _DEEDS.get(name)
    if deed is not None:
        deed(topic, said)


def publicise(topic: Topic, for_days: int) -> None:
    """The decision is publicised from today, for the next of the usual numbers of days."""
    topic.publicity_days = next((each for each in PUBLICITY_DAYS if each >= for_days), 7)
    topic.publicised_on = days.today()
    topic.publicised_until = topic.publicised_on + timedelta(days=topic.publicity_days)


def _screen(topic: Topic, said: Step) -> None:
    topic.screened_why = said.note


def _end(topic: Topic, said: Step) -> None:
    polls.call_off(topic)
    topic.ended_why = said.note


def _merge(topic: Topic, said: Step) -> None:
    into = said.into
    if into is None or into.id == topic.id or into.state in ENDED or into.grid_id != topic.grid_id:
        words = _l("Choose an open topic of the same grid.")
        raise Unacceptable(words, fields={"into_topic": words})
    topic.merged_into_id = into.id


def _set_level(topic: Topic, said: Step) -> None:
    if said.procedure in PROCEDURES:
        topic.procedure, topic.within_m = said.procedure, said.within_m
    _at_level(topic, Level(said.level or Level.GRID), said.building)


def _lift(topic: Topic, said: Step) -> None:
    _shift(topic, 1, said)


def _send_down(topic: Topic, said: Step) -> None:
    _shift(topic, -1, said)


def _shift(topic: Topic, by: int, said: Step) -> None:
    levels = list(Level)
    place = levels.index(Level(topic.level or Level.GRID)) + by
    if not 0 <= place < len(levels):
        raise NotOpen(_l("There is no level beyond this one."))
    _at_level(topic, levels[place], said.building)
    topic.within_m = None
    topic.meeting_at = topic.meeting_place = None
    polls.call_off(topic)


def _at_level(topic: Topic, level: Level, building: Building | None) -> None:
    narrow = level is Level.BUILDING
    if narrow and (building is None or building.grid_id != topic.grid_id):
        words = _l("Choose a building of the grid of the topic.")
        raise Unacceptable(words, fields={"building": words})
    topic.level = level
    topic.building_id = building.id if narrow and building else None


def _announce(topic: Topic, said: Step) -> None:
    if said.meeting_at is not None and said.meeting_at <= clock.now():
        words = _l("This moment is over already.")
        raise Unacceptable(words, fields={"meeting_at": words})
    topic.meeting_at, topic.meeting_place = said.meeting_at, said.meeting_place
    polls.fix_roll(topic)


def _meet(topic: Topic, said: Step) -> None:
    topic.minutes = said.words
    topic.minutes_file_id = said.file.id if said.file else topic.minutes_file_id


def _draft(topic: Topic, said: Step) -> None:
    topic.plan = said.words


def _open_vote(topic: Topic, said: Step) -> None:
    if said.closes_at is not None:
        polls.open_vote(topic, closes_at=said.closes_at, secret=said.secret, online=said.online)


def _begin_anew(topic: Topic, said: Step) -> None:
    polls.renew(topic)
    topic.publicity_days = topic.publicised_on = topic.publicised_until = None


def _settle(topic: Topic, said: Step) -> None:
    if queries.unanswered(topic.id):
        raise NotOpen(_l("Answer every objection first."))


def _carry_out(topic: Topic, said: Step) -> None:
    today = days.today()
    if topic.publicised_until is None or today <= topic.publicised_until:
        raise NotOpen(_l("The publicity is not over yet."))
    topic.begun_on = today


def _publish_result(topic: Topic, said: Step) -> None:
    if any(each.done_on is None for each in topic.follow_ups):
        raise NotOpen(_l("Say first on which day each thing to do was done."))
    topic.result = said.words
    topic.result_file_id = said.file.id if said.file else None
    topic.result_until = days.today() + timedelta(days=topic.publicity_days or PUBLICITY_DAYS[0])


def _close_rating(topic: Topic, said: Step) -> None:
    if topic.result_until is None or days.today() <= topic.result_until:
        raise NotOpen(_l("The publicity is not over yet."))


_DEEDS: dict[str, Callable[[Topic, Step], None]] = {
    "screen": _screen,
    "refuse": _end,
    "withdraw": _end,
    "merge": _merge,
    "set_level": _set_level,
    "lift": _lift,
    "send_down": _send_down,
    "announce": _announce,
    "meet": _meet,
    "draft": _draft,
    "open_vote": _open_vote,
    "begin_anew": _begin_anew,
    "settle": _settle,
    "carry_out": _carry_out,
    "publish_result": _publish_result,
    "close_rating": _close_rating,
}
