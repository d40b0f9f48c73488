"""Whatever breaks the rules that always hold for alarms is named by `flask --app wsgi check`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from tests.monitoring.alarms.told import climb_after, incident_of, raised
from tests.world import World
from webapp.base import clock
from webapp.cases.rota.models import Shift
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import inbox, keeping
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Kind
from webapp.operation import checks


@pytest.fixture
def alarm(session: Session, world: World) -> Alarm:
    """A critical alarm for which somebody was asked, and one that a message brought."""
    made = raised(world, Kind.FALL)
    climb_after(incident_of(made), 0)
    source = keeping.set_up("told", Described("told", tuple(Format)), by=None)
    body = f'{{"id": "m", "ts": "{clock.now().isoformat()}", "kind": "motion", "camera": "c"}}'
    inbox.take(source, Format.GENERIC, Sent(body.encode()))
    return made


def findings() -> list[str]:
    return list(checks.findings(read_files=False))


def test_a_house_with_alarms_has_no_findings(alarm: Alarm) -> None:
    assert findings() == []


@pytest.mark.parametrize(
    "change, words",
    [
        (
            "ALTER TABLE alarm DROP CONSTRAINT ck_alarm_critical;"
            " UPDATE alarm SET state = 'closed', closed_at = now() WHERE id = {alarm}",
            "alarm {alarm} is critical and was closed unseen",
        ),
        (
            "DROP INDEX uq_alarm_active; UPDATE alarm SET key = 'same', state = 'raised'",
            "alarm key same has 2 active alarms",
        ),
        (
            "UPDATE alarm SET grid_id = NULL WHERE id = {alarm}",
            "alarm {alarm} is kept in another grid",
        ),
        (
            "UPDATE incident SET ended_at = now() WHERE id = {incident}",
            "incident {incident} is over, and an alarm of it is open",
        ),
        (
            "UPDATE incident SET exercise = true WHERE id = {incident}",
            "incident {incident} is an exercise and has a case",
        ),
        (
            "UPDATE intake_message SET signals = 5",
            "signals, its messages brought 5",
        ),
        (
            "UPDATE intake_message SET alarm_ids = array[999999]",
            "names alarm 999999, which is not there",
        ),
    ],
)
def test_what_breaks_a_rule_of_alarms_is_named(
    session: Session, alarm: Alarm, change: str, words: str
) -> None:
    named = {"alarm": alarm.id, "incident": alarm.incident_id}
    for each in change.format(**named).split(";"):
        session.execute(text(each))
    assert any(words.format(**named) in line for line in findings()), findings()


def test_whoever_was_sent_off_duty_is_named(session: Session, world: World) -> None:
    climb_after(incident_of(raised(world)), 0)
    hour, now = timedelta(hours=1), clock.now()
    session.add(Shift(account_id=world.neighbour.id, span=Range(now - hour, now + hour)))
    session.flush()
    assert any("off duty" in line for line in findings()), findings()
