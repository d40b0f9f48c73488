"""Two managers call back at once, two say at once that a vessel knows: one of each wins."""

from __future__ import annotations

from pathlib import Path

from tests.busy import at_once, busy_house
from tests.ports.harbour import LAT, LON, described
from tests.world import account_name, as_user, someone
from webapp.base.db import db
from webapp.ports import actions, queries, voyages
from webapp.ports.forms import CrewForm, DepartForm, PortForm, WindForm


def test_of_two_at_once_one_calls_and_one_answers(cluster_url: str, tmp_path: Path) -> None:
    with busy_house(cluster_url, tmp_path) as app:
        with app.app_context():
            keepers = [someone(f"keeper{n}", "port_manager") for n in range(2)]
            skipper = someone("skipper")
            actions.found(PortForm(name="test port", lon=LON, lat=LAT), by=None)
            vessel = actions.register(described(username=account_name(skipper)), by=None)
            member = actions.sign_on(vessel, CrewForm(member="mate"), by=None)
            actions.set_wind(WindForm(up_to_m=24, force=6), by=None)
            leaving = DepartForm(crew=[member.id], destination="near", weather=True)
            voyages.depart(vessel, leaving, by=skipper)
            db.session.commit()
            one, other = (as_user(app, keeper) for keeper in keepers)
            phone = as_user(app, skipper)
        answers = at_once(
            lambda: one.post("/recalls", data={"force": 7}).status_code,
            lambda: other.post("/recalls", data={"force": 7}).status_code,
        )
        assert sorted(answers) == [303, 409]
        with app.app_context():
            on = queries.recall_on()
            assert on is not None
            ((call, _voyage),) = queries.calls(on.id)
            address = f"/recalls/calls/{call.id}/acknowledge"
        answers = at_once(
            lambda: phone.post(address).status_code, lambda: one.post(address).status_code
        )
        assert sorted(answers) == [303, 409]
