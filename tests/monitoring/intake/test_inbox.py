"""The inbox: each message once, merged or kept with its reason, whatever the order and whatever breaks."""

from __future__ import annotations

import io
import itertools
import json
import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, update

from tests.counted import counted
from tests.monitoring.intake import messages
from tests.monitoring.intake.conftest import Box, alarms, kept, message
from tests.monitoring.intake.messages import NOW
from tests.monitoring.test_cameras import stood
from webapp.base import clock, intake as lines
from webapp.base.db import db
from webapp.base.sealing import unseal
from webapp.monitoring.alarms.rules import State
from webapp.monitoring.cameras.rules import CameraStatus
from webapp.monitoring.intake import ageing, inbox, keeping, picturing, queries, reading, several
from webapp.monitoring.intake.arriving import Taken
from webapp.monitoring.intake.readers.values import Around
from webapp.monitoring.intake.rules import Format, Status, Why
from webapp.monitoring.signals import Read, Signal
from webapp.monitoring.video import queries as video


def test_a_message_is_kept_sealed_and_its_alarm_is_there(box: Box) -> None:
    taken = box.take(Format.GENERIC, messages.generic())
    (alarm,) = alarms()
    found = message(taken)
    assert (taken.status, taken.what, taken.alarm_ids) == (Status.OK, ("new",), (alarm.id,))
    assert (alarm.source, alarm.own_id, alarm.kind) == ("box", "a-1", "fire.smoke")
    assert b"fire.smoke" not in found.body
    assert json.loads(unseal(found.body))["kind"] == "fire.smoke"
    assert (found.received_at, found.signals) == (NOW, 1)


def test_the_same_message_again_is_known_and_counted(box: Box) -> None:
    first = box.take(Format.GENERIC, messages.generic())
    again = box.take(Format.GENERIC, json.dumps(messages.generic(), indent=1).encode())
    assert (again.status, again.id, again.alarm_ids) == ("repeat", first.id, first.alarm_ids)
    assert (message(first).times, kept()) == (2, 1)
    (alarm,) = alarms()
    assert alarm.count == 1


def test_what_came_in_is_as_much_as_was_merged(box: Box) -> None:
    bodies = [messages.review(each) for each in ("new", "update", "end")] * 2
    random.Random(3).shuffle(bodies)
    for body in bodies:
        box.take(Format.FRIGATE, body, topic="reviews")
    (alarm,) = alarms()
    assert alarm.count == sum(found.signals for found in queries.lately(box.source.id)) == 3


@pytest.mark.fault
@pytest.mark.parametrize("order", list(itertools.permutations((0, 1, 2))))
def test_a_review_ends_the_same_in_any_order_and_without_its_updates(
    box: Box, order: tuple[int, ...]
) -> None:
    for drop in (False, True):
        with db.session.begin_nested() as undone:
            said = [messages.review(each) for each in ("new", "update", "end")]
            for number in order * 2:
                if not (drop and number == 1):
                    box.take(Format.FRIGATE, said[number], topic="reviews")
            (alarm,) = alarms()
            assert (alarm.state, alarm.ended_at) == (State.OVER, NOW)
            undone.rollback()
        db.session.expire_all()


def test_what_began_after_it_had_ended_stays_ended(box: Box) -> None:
    box.take(Format.FRIGATE, messages.review("end"))
    late = box.take(Format.FRIGATE, messages.review("new"))
    (alarm,) = alarms()
    assert late.status in (Status.OK, Status.LATE)
    assert alarm.state == State.OVER


def test_an_event_of_two_hours_ago_is_kept_and_flagged(box: Box) -> None:
    at = (NOW - timedelta(hours=2)).isoformat()
    taken = box.take(Format.GENERIC, messages.generic(ts=at))
    assert (taken.status, taken.what) == (Status.LATE, ("late",))
    assert alarms()[0].quiet == "late"


@pytest.mark.fault
@pytest.mark.parametrize(
    "form, body, why",
    [
        (Format.GENERIC, b'{"kind": "fire.smo', Why.NOT_JSON),
        (Format.GENERIC, b"[" * 100_000, Why.DEEP),
        (Format.GENERIC, b'{"a": NaN}', Why.NOT_JSON),
        (Format.GENERIC, b"a\x00b", Why.NOT_JSON),
        (Format.GB28181, b"<Notify>\x00</Notify>", Why.NOT_XML),
        (Format.CAP, b"\xff\xff\xff", Why.LETTERS),
    ],
)
def test_what_nobody_can_read_is_kept_with_its_reason_and_the_next_is_taken(
    box: Box, form: Format, body: bytes, why: Why
) -> None:
    taken = box.take(form, body)
    found = message(taken)
    assert (found.status, found.why, unseal(found.body)) == (Status.DEAD, why, body)
    assert box.take(form, body).id == taken.id
    assert message(taken).times == 2
    assert box.take(Format.GENERIC, messages.generic()).status == Status.OK


def test_a_format_that_the_source_does_not_speak_is_not_taken(box: Box) -> None:
    box.source.formats = [Format.CAP]
    refusal = box.take(Format.GENERIC, messages.generic()).refusal
    assert refusal is not None
    assert refusal.why is Why.FORMAT


def _broken(_body: bytes, _content_type: str, _around: Around) -> Read:
    raise ZeroDivisionError


def test_a_reader_that_breaks_loses_nothing_and_after_a_fix_there_is_one_alarm(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as during:
        during.setitem(reading.READERS, Format.GENERIC, _broken)  # type: ignore[arg-type]
        taken = box.take(Format.GENERIC, messages.generic())
        assert message(taken).why == Why.BROKE
        keeping.read_again([message(taken)], by=None)
        assert message(taken).status == Status.DEAD
    with clock.at(NOW + timedelta(days=40)):
        (answer,) = keeping.read_again([message(taken)], by=box.safety)
    assert answer.status in (Status.OK, Status.LATE)
    assert message(taken).settled_by_id == box.safety.id
    assert keeping.read_again([message(taken)], by=None) == []
    assert box.take(Format.GENERIC, messages.generic()).status == "repeat"
    assert len(alarms()) == 1


def test_a_letter_whose_message_came_again_meanwhile_adds_nothing(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as during:
        during.setitem(reading.READERS, Format.GENERIC, _broken)  # type: ignore[arg-type]
        letter = box.take(Format.GENERIC, messages.generic())
    box.take(Format.GENERIC, messages.generic())
    (answer,) = keeping.read_again([message(letter)], by=None)
    assert answer.status == "repeat"
    (alarm,) = alarms()
    assert alarm.count == 1


def test_a_merge_that_breaks_leaves_a_letter_and_no_half_of_it(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    _breaks(monkeypatch, lambda signal: signal.device != "44:19:b6:aa:bb:cc/1")
    body = messages.multipart(
        ("application/xml", messages.isapi()), ("application/xml", messages.isapi(channel=2))
    )
    sent = inbox.Sent(body, messages.MULTIPART)
    taken = inbox.take(box.source, Format.ISAPI, sent)
    monkeypatch.undo()
    assert (taken.status, alarms()) == (Status.DEAD, [])
    assert inbox.take(box.source, Format.ISAPI, sent).status == Status.OK
    assert len(alarms()) == 2


def _breaks(monkeypatch: pytest.MonkeyPatch, when: Callable[[Signal], bool]) -> None:
    hear_all: Callable[..., Any] = inbox.alarms.hear_all

    def broken(signals: Sequence[Signal], **how: Any) -> Any:
        if any(when(each) for each in signals):
            raise ValueError("broken")
        return hear_all(signals, **how)

    monkeypatch.setattr(inbox.alarms, "hear_all", broken)


def at_once(box: Box, *bodies: dict[str, Any]) -> list[Taken]:
    """What becomes of messages that come at once."""
    sent = [inbox.Sent(json.dumps(each).encode(), "application/json") for each in bodies]
    return several.take_all(box.source, Format.GENERIC, sent)


def test_of_several_at_once_one_that_breaks_spoils_none_of_the_others(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    _breaks(monkeypatch, lambda signal: signal.own_id == "a-2")
    known = box.take(Format.GENERIC, messages.generic())
    bodies = [messages.generic(id=f"a-{number}") for number in (1, 2, 3, 3)]
    taken = at_once(box, *bodies, {"kind": "nothing known"})
    assert [each.status for each in taken] == ["repeat", "dead", "ok", "repeat", "dead"]
    assert (taken[0].id, taken[3].alarm_ids) == (known.id, taken[2].alarm_ids)
    assert [alarm.own_id for alarm in alarms()] == ["a-1", "a-3"]
    assert (message(taken[1]).why, message(taken[2]).times) == (Why.BROKE, 2)


def test_several_at_once_are_kept_and_merged_as_if_each_had_come_alone(box: Box) -> None:
    first = messages.generic(id=None, camera="yard", kind="intrusion", ts=_ago(minutes=9))
    over = first | {"state": "clear", "ts": _ago(minutes=8)}
    back = first | {"ts": _ago(minutes=1)}
    known = dict.fromkeys(("lon", "lat")) | messages.generic(id="other", ts=_ago(hours=1))
    taken = at_once(box, first, over, back, back, known, {"camera": "yard", "alive": True})
    what = [(each.status, each.what) for each in taken]
    assert what == [
        ("ok", ("new",)),
        ("ok", ("cleared",)),
        ("ok", ("new",)),
        ("repeat", ()),
        ("late", ("late",)),
        ("ignored", ()),
    ]
    states = {
        (alarm.device, alarm.state, alarm.count) for alarm in alarms() if alarm.device == "yard"
    }
    assert states == {("yard", State.OVER, 2), ("yard", State.RAISED, 1)}
    found = message(taken[4])
    assert (found.status, found.signals, found.alarm_ids) == ("late", 1, [*taken[4].alarm_ids])


def test_fifty_messages_ask_the_database_as_often_as_ten(box: Box) -> None:
    for number in range(50):
        stood(f"gate-{number}")

    def asked(count: int, **more: Any) -> int:
        bodies = [
            messages.generic(camera=f"gate-{number}", lon=None, lat=None, **more)
            | {"id": f"{more['kind']}-{number}"}
            for number in range(count)
        ]
        with counted() as found:
            taken = at_once(box, *bodies)
        assert {each.status for each in taken} == {Status.OK}
        return len(found)

    new = [asked(10, kind="intrusion"), asked(50, kind="fire.smoke")]
    repeats = [asked(count, kind="fire.smoke", words=f"{count}") for count in (10, 50)]
    assert new[1] <= new[0] + 3, new
    assert repeats[1] <= repeats[0] + 2, repeats
    assert max(*new, *repeats) <= 25, (new, repeats)


def test_a_beat_is_no_message_but_the_camera_lives(box: Box) -> None:
    camera = stood("yard")
    camera.source = "box"
    db.session.flush()
    taken = box.take(Format.FRIGATE, b"online", topic="yard/status/detect")
    assert (taken.id, kept()) == (None, 0)
    assert (camera.status, camera.seen_at) == (CameraStatus.ONLINE, NOW)
    box.take(Format.FRIGATE, b"offline", topic="yard/status/detect")
    assert camera.status == CameraStatus.OFFLINE


def test_an_old_beat_says_nothing_of_now(box: Box) -> None:
    camera = stood("gate-1")
    box.take(Format.GENERIC, {"camera": "gate-1", "alive": True, "ts": _ago(minutes=5)})
    assert camera.status == CameraStatus.UNKNOWN


def _ago(**since: float) -> str:
    return (NOW - timedelta(**since)).isoformat()


def test_a_device_nobody_knows_is_named_once_and_counted(box: Box) -> None:
    for _each in range(3):
        taken = box.take(Format.FRIGATE, b"online", topic="shed/status/detect")
    found = message(taken)
    assert (found.status, found.why, found.detail) == (Status.IGNORED, Why.UNKNOWN, "shed")
    assert (found.times, kept()) == (3, 1)


def test_an_alarm_of_a_camera_nobody_knows_is_an_alarm(box: Box) -> None:
    taken = box.take(Format.GENERIC, messages.generic(camera="nobody", lon=0, lat=0))
    (alarm,) = alarms()
    assert taken.status == Status.OK
    assert (alarm.device, alarm.geom) == ("nobody", None)


def test_an_update_before_its_warning_is_merged_with_it(box: Box) -> None:
    began = NOW - timedelta(minutes=10)
    first = messages.triple("W-1", began)
    box.take(Format.CAP, messages.cap("Update", name="W-2", references=first))
    box.take(Format.CAP, messages.cap("Update", name="W-3", references=messages.triple("W-2")))
    box.take(Format.CAP, messages.cap(name="W-1", sent=began, severity="Minor"))
    (alarm,) = alarms()
    assert (alarm.own_id, alarm.severity, alarm.first_at) == (first, "critical", began)
    box.take(Format.CAP, messages.cap("Cancel", name="W-4", references=messages.triple("W-3")))
    assert len(alarms()) == 1
    assert alarms()[0].state == State.OVER


@pytest.mark.fault
def test_an_exercise_is_one(box: Box) -> None:
    taken = box.take(Format.CAP, messages.cap(status="Exercise"))
    assert taken.what == ("test",)
    assert alarms()[0].exercise


def test_a_warning_is_over_when_its_time_is_up(box: Box) -> None:
    _warned(box)
    with clock.at(NOW + timedelta(hours=2)):
        ageing.expire()
        assert alarms()[0].state == State.OVER
        assert alarms()[0].ended_at == NOW + timedelta(hours=1)


def test_a_warning_that_was_made_longer_goes_on(box: Box) -> None:
    _warned(box)
    until = (NOW + timedelta(hours=5)).isoformat()
    longer = messages.cap("Update", name="W-2", references=messages.triple(), expires=until)
    box.take(Format.CAP, longer)
    with clock.at(NOW + timedelta(hours=2)):
        ageing.expire()
        assert alarms()[0].active
    with clock.at(NOW + timedelta(hours=6)):
        ageing.expire()
        assert not alarms()[0].active


def _warned(box: Box) -> None:
    until = (NOW + timedelta(hours=1)).isoformat()
    box.take(Format.CAP, messages.cap(expires=until))


def test_what_a_recorder_forgot_to_end_is_over_some_day(box: Box) -> None:
    box.take(Format.FRIGATE, messages.review("new"))
    with clock.at(NOW + timedelta(hours=3)):
        ageing.expire()
    assert alarms()[0].state == State.OVER


def test_messages_are_kept_ninety_days(box: Box) -> None:
    box.take(Format.GENERIC, messages.generic())
    box.take(Format.CAP, messages.cap(status="Draft"))
    for days, left in ((6, 2), (8, 1), (89, 1), (91, 0)):
        with clock.at(NOW + timedelta(days=days)):
            ageing.forget()
        assert kept() == left, days


def test_only_dead_letters_are_thrown_away_and_it_is_said_why(box: Box) -> None:
    letter = message(box.take(Format.GENERIC, b"?"))
    keeping.throw_away(letter, reason="测试残留", by=box.safety)
    assert (letter.status, letter.note) == (Status.DROPPED, "测试残留")
    with pytest.raises(keeping.NotOpen):
        keeping.throw_away(letter, reason="again", by=box.safety)


def push(pictures: int) -> Any:
    """A box of Hikvision tells of somebody at a line, with pictures that can be seen."""
    shown = io.BytesIO()
    Image.new("RGB", (32, 18), "red").save(shown, "JPEG")
    body = messages.multipart(("application/xml", messages.isapi()), pictures=pictures)
    return body.replace(messages.JPEG, shown.getvalue())


def pictures() -> int:
    (alarm,) = alarms()
    return len(video.pictures_of(alarm.id))


def test_pictures_that_came_with_a_message_are_with_its_alarm(box: Box) -> None:
    for _time in range(2):
        assert box.says("isapi", push(2), content_type=messages.MULTIPART).status_code == 202
    assert pictures() == 2


def test_what_calls_itself_a_picture_and_is_none_spoils_nothing(box: Box) -> None:
    body = messages.multipart(("application/xml", messages.isapi()), pictures=1)
    assert box.says("isapi", body, content_type=messages.MULTIPART).status_code == 202
    assert pictures() == 0


@pytest.mark.fault
def test_an_alarm_is_kept_without_its_picture_while_the_disk_is_full(
    box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """F17: the folder of the files is not there, and cannot be made."""
    nowhere = tmp_path / "a file"
    nowhere.touch()
    with monkeypatch.context() as broken:
        broken.setattr(box.app.extensions["files"], "root", nowhere)
        assert box.says("isapi", push(1), content_type=messages.MULTIPART).status_code == 202
        picturing.picture()
        assert pictures() == 0
    picturing.picture()
    assert pictures() == 1
    picturing.picture()
    assert pictures() == 1


@pytest.mark.fault
def test_an_intake_that_fell_silent_is_an_alarm_until_it_is_heard_again(box: Box) -> None:
    """F5: what waits at the broker is told of."""
    ageing.watch()
    assert alarms() == []
    lines.beat()
    ageing.watch()
    assert alarms() == []
    db.session.execute(update(lines.Pulse).values(at=func.now() - timedelta(minutes=2)))
    for _minute in range(2):
        ageing.watch()
    (alarm,) = alarms()
    assert (alarm.active, alarm.severity, alarm.incident is not None) == (True, "major", True)
    lines.beat()
    ageing.watch()
    assert not alarm.active
