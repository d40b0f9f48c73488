"""What gates say is heard once, kept before it is answered, and from the gate itself only."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Text, cast, func, select

from tests.points.conftest import MORNING
from tests.points.gates.conftest import BOOT, Booth
from tests.world import as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.spatial import lonlat_of
from webapp.people import actions as people
from webapp.points import planning, queries as points
from webapp.points.gates import ageing, codes, keeping, queries, refused, registering
from webapp.points.gates.models import Diversion, GateEvent, Refused, Registration
from webapp.points.gates.rules import Order, RegistrationState
from webapp.points.nearest import nearest
from webapp.points.rules import Template
from webapp.points.waiting import Unknown
from webapp.travel.rules import Mode


def events(booth: Booth) -> list[GateEvent]:
    """What is kept, in the order of the gate's numbers."""
    db.session.expire_all()
    found = select(GateEvent).where(GateEvent.gate_id == booth.gate.id).order_by(GateEvent.seq)
    return list(db.session.scalars(found))


def registered(booth: Booth) -> tuple[Registration, str]:
    """The resident has a code for the window that runs."""
    made = registering.register(
        booth.gate, registering.windows(booth.gate)[0][0], by=booth.resident
    )
    code = registering.code_of(made)
    assert code is not None
    return made, code


def test_a_repeat_is_answered_like_the_first_time_and_counts_once(booth: Booth) -> None:
    said = booth.event()
    first, second = booth.says("ask", said).get_json(), booth.says("ask", said).get_json()
    assert (first["status"], second["status"]) == ("kept", "repeat")
    assert first["decision"] == second["decision"] == "admitted"
    assert len(events(booth)) == 1
    assert booth.again().inside == 1
    batch = {"events": [booth.event(decision="admitted"), booth.event(decision="left")]}
    twice = [booth.says("events", batch).get_json()["results"] for _each in range(2)]
    assert [[each["status"] for each in results] for results in twice] == [
        ["kept", "kept"],
        ["repeat", "repeat"],
    ]
    assert booth.again().inside == 1


def test_another_thing_under_a_used_number_is_a_conflict(booth: Booth) -> None:
    said = booth.event()
    booth.says("ask", said)
    assert booth.says("ask", said | {"lane": 2}).status_code == 409
    other = booth.says("events", {"events": [said | {"decision": "refused"}]}).get_json()
    assert other["results"][0]["status"] == "conflict"
    (kept,) = events(booth)
    assert (kept.lane, kept.decision) == (1, "admitted")


def test_the_report_of_whom_the_house_admitted_says_how_long_it_took(booth: Booth) -> None:
    said = booth.event()
    booth.says("ask", said)
    booth.says("events", said | {"decision": "admitted", "duration_ms": 9400})
    (kept,) = events(booth)
    assert (kept.path, kept.duration_ms) == ("online", 9400)


def test_one_bad_item_spoils_none_of_the_others(booth: Booth) -> None:
    good = [booth.event(decision="admitted") for _each in range(2)]
    bad: list[Any] = [
        booth.event(decision="admitted", face="base64"),
        booth.event(decision="admitted", lane=7),
        booth.event(decision="unheard-of"),
        booth.event(decision="admitted", ts="yesterday"),
        "no object",
    ]
    answer = booth.says("events", {"events": [good[0], *bad, good[1]]})
    assert answer.status_code == 200
    results = answer.get_json()["results"]
    assert [each["status"] for each in results] == ["kept", *["rejected"] * 5, "kept"]
    assert [next(iter(each["fields"])) for each in results[1:5]] == [
        "face",
        "lane",
        "decision",
        "ts",
    ]
    assert len(events(booth)) == 2


def test_what_was_refused_is_kept_with_its_reason_and_without_its_values(
    app: Flask, booth: Booth
) -> None:
    bad = booth.event(decision="admitted", face="base64 of a face", token="WG1.x", lane=7)
    number = {"371121199001011234": 1}
    for _each in range(2):
        booth.says("events", {"events": [bad, booth.event(**number), "no object"]})
    booth.says("ask", booth.event(lane=9))
    kept = queries.refused(booth.gate.id)
    assert sorted(each.times for each in kept) == [1, 1, 1, 2, 2]
    of_bad = next(each for each in kept if each.said.get("seq") == bad["seq"])
    assert set(of_bad.fields) == {"face"}
    assert set(of_bad.said) == {"boot_id", "seq", "ts", "lane", "decision"}
    everything = db.session.scalar(select(func.string_agg(cast(Refused.said, Text), "")))
    names = db.session.scalar(select(func.string_agg(cast(Refused.fields, Text), "")))
    assert not any(secret in f"{everything}{names}" for secret in ("base64", "3711", "WG1", "36.5"))
    shown = as_user(app, booth.clerk).get(f"/points/{booth.point.id}/gate").get_data(as_text=True)
    assert "<code>face</code> 这里没有这一项。" in shown


def test_a_gate_out_of_its_mind_fills_no_disk(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused, "REFUSED_MOST", 3)
    for _each in range(5):
        booth.says("events", {"events": [booth.event(decision="unheard-of") for _ in range(2)]})
    assert queries.count_refused(booth.gate.id) == 4


def test_what_was_refused_is_gone_after_the_days_of_the_gate(booth: Booth) -> None:
    booth.says("heartbeat", {"secret": 1})
    with clock.at(MORNING + timedelta(days=booth.gate.keep_days, minutes=1)):
        ageing.forget()
    assert queries.refused(booth.gate.id) == []
    (deletion,) = queries.deletions(booth.gate.id)
    assert (deletion.refused, deletion.events) == (1, 0)


def test_the_second_thing_under_a_number_is_kept_as_refused(booth: Booth) -> None:
    said = booth.event()
    booth.says("ask", said)
    booth.says("ask", said | {"lane": 2})
    (kept,) = queries.refused(booth.gate.id)
    assert (kept.what, kept.said["lane"], set(kept.fields)) == ("ask", 2, {"seq"})


@pytest.mark.parametrize(
    ("what", "more"),
    [
        ("ask", {"face": "base64"}),
        ("ask", {"id_number": "370600199001011234"}),
        ("events", {"decision": "admitted", "photo": "x"}),
        ("heartbeat", {"secret": 1}),
    ],
)
def test_unknown_fields_are_refused(booth: Booth, what: str, more: dict[str, Any]) -> None:
    said = more if what == "heartbeat" else booth.event(**more)
    answer = booth.says(what, said)
    assert answer.status_code == 422
    assert set(answer.get_json()["error"]["fields"]) & set(more)
    assert events(booth) == []


@pytest.mark.parametrize(
    "more",
    [
        {"seq": -1},
        {"seq": 2**63},
        {"temp_c": math.nan},
        {"temp_c": 1e400},
        {"ts": "2026-12-02T09:30:00"},
        {"ts": 1e18},
        {"token": "x" * 600},
        {"duration_ms": -5},
    ],
)
def test_what_cannot_be_is_refused_and_the_next_one_is_heard(
    booth: Booth, more: dict[str, Any]
) -> None:
    said = booth.event(decision="admitted") | more
    assert booth.says("events", said).status_code == 422
    assert booth.says("events", booth.event(decision="admitted")).status_code == 200
    assert booth.says("events", {"events": 5}).status_code == 422
    assert booth.says("events", {"events": [{}] * 501}).status_code == 422


def test_only_the_gate_itself_speaks_for_it(booth: Booth) -> None:
    second = keeping.set_up(booth.other, "booth-2", by=None)
    other_key = keeping.new_key(second, by=None)
    _token, wide = people.issue_token(
        name="some machine",
        scopes=["grids"],
        account=people.machine_account("gate booth-1", by=None),
        by=None,
    )
    for what in ("ask", "events", "heartbeat", "commands/1/ack"):
        for key in (other_key, wide):
            assert booth.says(what, booth.event(), key=key).status_code == 403
        assert booth.says(what, booth.event(), key="wg_nothing").status_code == 401
        assert booth.says(what, booth.event(), code="nowhere").status_code == 404
    old = booth.key
    booth.key = keeping.new_key(booth.gate, by=None)
    assert booth.says("heartbeat", {}, key=old).status_code == 401
    assert booth.says("heartbeat", {}).status_code == 200
    assert events(booth) == []


def test_a_code_admits_once(booth: Booth) -> None:
    made, code = registered(booth)
    assert booth.asks(token=code)["decision"] == "admitted"
    with clock.at(MORNING + timedelta(seconds=20)):
        told = booth.asks(token=code, lane=2)
    assert (told["decision"], told["reason"]) == ("refused", "used_code")
    db.session.refresh(made)
    assert made.state == RegistrationState.ADMITTED
    assert registering.code_of(made) is None
    first, second = events(booth)
    assert first.token_hash == second.token_hash == codes.digest(code)


def test_a_code_used_at_a_gate_without_a_line_counts_once(booth: Booth) -> None:
    _made, code = registered(booth)
    booth.asks(token=code)
    late = booth.event(token=code, decision="admitted", lane=2)
    result = booth.says("events", late).get_json()["results"][0]
    assert (result["decision"], result["reason"]) == ("refused", "used_code")
    kept = events(booth)[1]
    assert (kept.said, kept.path) == ("admitted", "offline")
    assert booth.again().inside == 2, "they went in all the same"
    again = booth.says("events", late).get_json()["results"][0]
    assert (again["status"], again["decision"]) == ("repeat", "refused")


def test_a_code_of_another_time_or_place_admits_nobody(booth: Booth) -> None:
    made, code = registered(booth)
    with clock.at(made.ends_at + timedelta(minutes=1)):
        assert booth.asks(token=code)["reason"] == "not_now"
        ageing.lapse()
        assert made.state == RegistrationState.EXPIRED
    _second, cancelled = registered(booth)
    registering.cancel(_second, by=booth.resident)
    assert booth.asks(token=cancelled)["reason"] == "not_now"
    assert booth.asks(token=codes.new())["reason"] == "unknown_code"
    assert booth.asks(token="370600199001011234")["reason"] == "unknown_code"
    assert [each.token_hash for each in events(booth)][-1] is None, "no trace of what is not ours"


def test_who_is_led_aside_passes_by_a_person(booth: Booth) -> None:
    made, code = registered(booth)
    told = booth.asks(token=code, temp_c=37.6)
    assert (told["decision"], told["reason"]) == ("diverted", "fever")
    db.session.refresh(made)
    assert made.state == RegistrationState.REGISTERED
    (aside,) = queries.led_aside(booth.gate.id)
    found = queries.diversion(aside.id)
    assert found is not None
    keeping.resolve(found, "let_pass", note=None, by=booth.clerk)
    assert made.state == RegistrationState.ADMITTED
    assert booth.again().inside == 1
    assert queries.led_aside(booth.gate.id) == []


def test_a_full_point_lets_nobody_in_until_somebody_leaves(booth: Booth) -> None:
    booth.gate.capacity = 1
    db.session.flush()
    assert booth.asks()["decision"] == "admitted"
    with clock.at(MORNING + timedelta(seconds=10)):
        assert booth.asks()["reason"] == "full"
        booth.says("events", booth.event(decision="left"))
        assert booth.asks()["decision"] == "admitted"
    booth.says("heartbeat", {"count_in_booth": 0})
    assert booth.again().inside == 0


def test_the_time_of_the_gate_is_kept_beside_ours(booth: Booth) -> None:
    hour = timedelta(hours=1)
    booth.asks(ts=(MORNING - hour).isoformat())
    booth.says("events", booth.event(decision="admitted", ts=(MORNING + hour).isoformat()))
    booth.says("events", booth.event(decision="admitted", ts="1970-01-01T00:10:00Z"))
    late, ahead, reset = events(booth)
    assert (late.device_at, late.at, late.received_at) == (MORNING - hour, MORNING - hour, MORNING)
    assert (ahead.device_at, ahead.at) == (MORNING + hour, MORNING)
    assert reset.at == MORNING
    assert booth.again().skew_s == -3600


class TestCommands:
    """What a gate is told."""

    def given(self, booth: Booth, kind: Order, value: str | None = None) -> int:
        return keeping.command(booth.gate, kind, value, by=booth.clerk).id

    def test_a_command_holds_once_the_gate_has_confirmed_it(self, booth: Booth) -> None:
        limit, shut = self.given(booth, Order.LIMIT, "120"), self.given(booth, Order.CLOSE)
        told = booth.says("heartbeat", {}).get_json()
        assert [each["id"] for each in told["commands"]] == [limit, shut]
        assert (told["rules"]["per_hour"], told["rules"]["open"]) == (360, True)
        for each in (limit, shut):
            assert booth.says(f"commands/{each}/ack", {"ok": True}).status_code == 200
        told = booth.says("heartbeat", {}).get_json()
        assert told["commands"] == []
        assert (told["rules"]["per_hour"], told["rules"]["open"]) == (120, False)
        assert booth.asks()["reason"] == "closed"
        repeated = booth.says(f"commands/{limit}/ack", {"ok": True})
        assert (repeated.status_code, repeated.get_json()["state"]) == (200, "done")

    def test_what_the_gate_could_not_do_does_not_hold(self, booth: Booth) -> None:
        each = self.given(booth, Order.MODE, "free")
        said = booth.says(f"commands/{each}/ack", {"ok": False, "words": "door blocked"})
        assert said.get_json()["state"] == "failed"
        assert booth.again().mode == "rules"

    def test_a_command_expires(self, booth: Booth) -> None:
        first, second = self.given(booth, Order.CLOSE), self.given(booth, Order.OPEN)
        with clock.at(MORNING + timedelta(minutes=3)):
            assert booth.says("heartbeat", {}).get_json()["commands"] == []
            late = booth.says(f"commands/{first}/ack", {"ok": True})
            assert (late.status_code, late.get_json()["state"]) == (409, "expired")
            ageing.lapse()
        assert {each.state for each in queries.commands(booth.gate.id)} == {"expired"}
        assert second
        assert booth.again().is_open

    def test_the_command_of_another_gate_is_not_there(self, booth: Booth) -> None:
        second = keeping.set_up(booth.other, "booth-2", by=None)
        other = keeping.command(second, Order.CLOSE, None, by=booth.clerk).id
        assert booth.says(f"commands/{other}/ack", {"ok": True}).status_code == 404


def test_heartbeats_make_the_queue_known(booth: Booth) -> None:
    def queue() -> Any:
        db.session.expire_all()
        point = points.one(booth.point.id)
        assert point is not None
        return points.queues([point])[point.id]

    assert queue().unknown(MORNING) is Unknown.NO_QUEUE
    registered(booth)
    booth.says("heartbeat", {"ts": MORNING.isoformat()})
    assert (queue().waiting, queue().windows, queue().unknown(MORNING)) == (1, 2, None)
    booth.says("heartbeat", {"queue": 12})
    for each in range(6):
        with clock.at(MORNING + timedelta(seconds=10 * each)):
            booth.says("events", booth.event(decision="admitted", duration_ms=8000))
    known = queue()
    assert (known.waiting, known.mean_s, known.samples) == (12, pytest.approx(8), 6)
    assert known.unknown(MORNING + timedelta(seconds=91)) is Unknown.STALE
    booth.gate.is_open = False
    db.session.flush()
    assert queue().unknown(MORNING) is Unknown.NO_WINDOW


def test_the_nearest_point_changes_when_the_queue_of_its_gate_grows(booth: Booth) -> None:
    at = lonlat_of(booth.point.geom)
    assert at is not None
    keeping.set_up(booth.other, "booth-2", by=None)
    booth.says("heartbeat", {"queue": 3})
    db.session.expire_all()
    first = nearest(*at, template=Template.SAMPLING, mode=Mode.CAR).points[0]
    assert (first.point.id, first.wait and first.wait.ahead) == (booth.point.id, 3)
    booth.says("heartbeat", {"queue": 2000})
    db.session.expire_all()
    ranked = nearest(*at, template=Template.SAMPLING, mode=Mode.CAR).points
    assert ranked[0].point.id != booth.point.id
    with clock.at(MORNING + timedelta(seconds=91)):
        silent = nearest(*at, template=Template.SAMPLING, mode=Mode.CAR).points
    known = next(each for each in silent if each.point.id == booth.point.id)
    assert (known.wait, known.why) == (None, Unknown.STALE)


def test_the_day_in_figures_keeps_both_paths_apart(booth: Booth) -> None:
    for each in range(10):
        with clock.at(MORNING + timedelta(seconds=10 * each)):
            said = booth.event(lane=each % 2 + 1)
            booth.says("ask", said)
            booth.says("events", said | {"decision": "admitted", "duration_ms": 1000 * (each + 1)})
    booth.says("events", booth.event(decision="admitted", duration_ms=20_000))
    booth.says("events", booth.event(decision="left"))
    booth.asks(temp_c=38.0)
    day = queries.day(booth.gate, points.today())
    assert (day.admitted, day.diverted, day.refused, day.waited) == (11, 1, 0, 0)
    assert day.passed == {(1, 9): 6, (2, 9): 5}
    assert (day.offline, day.admitted_offline) == (1, 1)
    assert day.offline_share == pytest.approx(1 / 12)
    assert day.median_s == pytest.approx(6)
    assert day.p90_s == pytest.approx(10)
    (nine,) = points.planned(booth.point, mean_s=600)
    assert (nine.hour, nine.usual, nine.busiest) == (9, 12, 12)
    assert nine.for_busiest == planning.wanted(12, 600) == 4


def test_what_is_old_is_deleted_and_that_is_written(booth: Booth) -> None:
    made, code = registered(booth)
    booth.asks(token=code)
    with clock.at(MORNING + timedelta(days=13)):
        ageing.forget()
        assert queries.deletions(booth.gate.id) == []
        booth.asks(temp_c=36.1)
    with clock.at(MORNING + timedelta(days=15)):
        ageing.forget()
        ageing.forget()
    old, new = events(booth)
    assert (old.token_hash, old.temp_c, old.registration_id) == (None, None, None)
    assert (new.temp_c, old.decision) == (36.1, "admitted")
    db.session.refresh(made)
    assert (made.account_id, made.sealed, made.code_hash) == (None, None, None)
    (deletion,) = queries.deletions(booth.gate.id)
    assert (deletion.events, deletion.codes, deletion.temperatures, deletion.registrations) == (
        1,
        1,
        1,
        1,
    )


def test_the_database_itself_knows_a_number_once(booth: Booth) -> None:
    booth.asks()
    kept = select(func.count()).select_from(GateEvent).where(GateEvent.boot_id == BOOT)
    assert db.session.scalar(kept) == 1
    assert db.session.scalar(select(func.count()).select_from(Diversion)) == 0
