"""A recall: whom it calls, who answers, when it is over; two at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.ports.harbour import Harbour, described, harbour
from tests.world import account_name, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable
from webapp.base.notices import Notice
from webapp.monitoring.signals import Kind
from webapp.monitoring.weather import actions as winds
from webapp.monitoring.weather.forms import WindForm as SaidWind
from webapp.monitoring.weather.rules import beaufort
from webapp.ports import actions, queries, recalling, voyages
from webapp.ports.forms import CrewForm, DepartForm, RecallForm, WindForm
from webapp.ports.models import Recall, Vessel, Voyage
from webapp.ports.rules import RecallState
from webapp.ports.sea import alarming, queries as sea

__all__ = ["harbour"]


@pytest.fixture
def limits(harbour: Harbour) -> None:
    """Short vessels come back from force 6 on, others from 8 on."""
    for up_to_m, force in ((12, 6), (24, 8)):
        actions.set_wind(WindForm(up_to_m=up_to_m, force=force), by=None)


def another(harbour: Harbour, *, length_m: float) -> Voyage:
    """One more vessel of the skipper, at sea."""
    said = {"name": "另一条", "mmsi": None, "length_m": length_m}
    vessel = actions.register(described(username=account_name(harbour.skipper), **said), by=None)
    actions.sign_on(vessel, CrewForm(member="mate"), by=None)
    crew = [each.id for each in queries.crew(vessel.id)]
    form = DepartForm(crew=crew, destination="far", weather=True)
    return voyages.depart(vessel, form, by=harbour.skipper)


def called(recall: Recall) -> list[Vessel]:
    return [call.vessel for call, _voyage in queries.calls(recall.id)]


def test_only_vessels_at_sea_whose_limit_is_reached_are_called(
    harbour: Harbour, limits: None
) -> None:
    small, large = harbour.leave(), another(harbour, length_m=20)
    actions.register(described(name="在港", mmsi=None), by=None)
    recall = recalling.call_back(RecallForm(force=7), by=harbour.keeper)
    assert called(recall) == [small.vessel]
    with pytest.raises(NotOpen):
        recalling.call_back(RecallForm(force=7), by=harbour.keeper)
    assert recalling.call_back(RecallForm(force=8), by=harbour.keeper).id == recall.id
    assert called(recall) == [small.vessel, large.vessel]
    told = select(Notice.params["vessel"].as_string()).where(Notice.url == "/vessels/mine")
    assert sorted(db.session.scalars(told)) == sorted([small.vessel.name, large.vessel.name])


def test_a_light_wind_calls_nobody_and_a_vessel_without_a_limit_is_not_called(
    harbour: Harbour, limits: None
) -> None:
    harbour.leave()
    another(harbour, length_m=30)
    recall = recalling.call_back(RecallForm(force=5), by=harbour.keeper)
    assert called(recall) == []
    assert called(recalling.call_back(RecallForm(force=12), by=harbour.keeper)) == [harbour.vessel]


def test_it_is_over_when_all_are_back_and_whoever_is_called_stays_in_port(
    harbour: Harbour, limits: None
) -> None:
    first, second = harbour.leave(), another(harbour, length_m=20)
    recall = recalling.call_back(RecallForm(force=9), by=harbour.keeper)
    voyages.come_back(first, by=harbour.skipper)
    assert recall.state == RecallState.CALLING
    with pytest.raises(Unacceptable) as refused:
        harbour.leave()
    assert "9" in str(refused.value.fields["crew"])
    voyages.come_back(second, by=harbour.skipper)
    assert recall.state == RecallState.OVER
    harbour.leave()


def test_a_lifted_recall_calls_nobody_more(harbour: Harbour, limits: None) -> None:
    harbour.leave()
    recall = recalling.call_back(RecallForm(force=9), by=harbour.keeper)
    recalling.lift(recall, by=harbour.keeper)
    assert queries.own_calls(harbour.skipper) == {}
    with pytest.raises(NotOpen):
        recalling.lift(recall, by=harbour.keeper)
    again = recalling.call_back(RecallForm(force=6), by=harbour.keeper)
    assert again.id != recall.id


def test_who_does_not_answer_is_an_alarm(harbour: Harbour, limits: None) -> None:
    harbour.leave()
    recall = recalling.call_back(RecallForm(force=9), by=harbour.keeper)
    ((call, _voyage),) = queries.calls(recall.id)

    def unanswered() -> bool:
        alarming.look()
        return Kind.VESSEL_RECALL in {kind for kind, _device in sea.raised()}

    assert not unanswered()
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert unanswered()
        with pytest.raises(NotAllowed):
            recalling.acknowledge(call, by=harbour.stranger)
        recalling.acknowledge(call, by=harbour.skipper)
        assert not unanswered()
        with pytest.raises(NotOpen):
            recalling.acknowledge(call, by=harbour.keeper)


def test_the_keeper_calls_and_the_skipper_answers_on_their_pages(
    app: Flask, harbour: Harbour, limits: None, session: Session
) -> None:
    harbour.vessel.phone = "13800000000"
    harbour.leave()
    session.commit()
    keeper, skipper = as_user(app, harbour.keeper), as_user(app, harbour.skipper)
    stranger = as_user(app, harbour.stranger)
    assert stranger.get("/recalls").status_code == 403
    assert stranger.post("/recalls", data={"force": 7}).status_code == 403
    assert keeper.post("/recalls", data={"force": 13}).status_code == 422
    made = keeper.post("/recalls", data={"force": 7, "note": "早点回来"})
    assert made.status_code == 303
    assert keeper.post("/recalls", data={"force": 7}).status_code == 409
    shown = keeper.get(made.headers["Location"]).text
    assert "未应答" in shown
    assert "13800000000" not in shown
    assert "早点回来" in skipper.get("/vessels/mine").text
    on = queries.recall_on()
    assert on is not None
    ((call, _voyage),) = queries.calls(on.id)
    answer = f"/recalls/calls/{call.id}/acknowledge"
    reveal = f"/recalls/calls/{call.id}/reveal"
    purpose = {"purpose": "叫船回港"}
    assert stranger.post(reveal, data=purpose).status_code == 403
    assert skipper.post(reveal, data=purpose).status_code == 403
    assert keeper.post(reveal, data={"purpose": ""}).status_code == 422
    whole = keeper.post(reveal, data=purpose)
    assert "13800000000" in whole.text
    assert whole.headers["Cache-Control"] == "no-store"
    assert "叫船回港" in keeper.get(f"/vessels/{call.vessel_id}").text
    assert stranger.post(answer).status_code == 403
    assert skipper.post(answer).status_code == 303
    assert skipper.post(answer).status_code == 409
    assert "已知悉" in keeper.get(f"/recalls/{on.id}").text
    assert keeper.post(f"/recalls/{on.id}/lift").status_code == 303
    assert "早点回来" not in skipper.get("/vessels/mine").text


def test_a_wind_over_the_limits_is_an_alarm_until_the_vessels_are_called_back(
    app: Flask, harbour: Harbour
) -> None:
    actions.set_wind(WindForm(up_to_m=24, force=7), by=None)
    winds.say(SaidWind(speed_ms=14.5, whence=0), by=harbour.keeper)
    harbour.leave()
    port = (Kind.VESSEL_WIND, f"port-{harbour.port.id}")
    alarming.look()
    assert port in sea.raised()
    notices = select(Notice).where(Notice.account_id == harbour.keeper.id)
    assert [each.url for each in db.session.scalars(notices)] == ["/recalls"]
    # A gust less changes nothing; a force less does.
    winds.say(SaidWind(speed_ms=13, whence=0), by=harbour.keeper)
    alarming.look()
    assert port in sea.raised()
    page = as_user(app, harbour.keeper).get("/recalls").get_data(as_text=True)
    assert "7 级召回 1 艘" in page
    recalling.call_back(RecallForm(force=7), by=harbour.keeper)
    alarming.look()
    assert port not in sea.raised()


@pytest.mark.parametrize(
    ("speed", "force"), [(0, 0), (0.3, 1), (13.8, 6), (13.9, 7), (32.6, 11), (40, 12)]
)
def test_the_force_of_a_wind(speed: float, force: int) -> None:
    assert beaufort(speed) == force
