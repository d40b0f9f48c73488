"""What the rules find of vessels, berths and ports becomes an alarm, and is over when they find it no more."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app
from flask_babel import force_locale, gettext

from webapp.base import clock, notices, tasks
from webapp.base.config import Settings
from webapp.base.language import N_
from webapp.base.spatial import lonlat_of
from webapp.monitoring.alarms import actions as alarms
from webapp.monitoring.signals import Change, Kind, Signal
from webapp.monitoring.weather import queries as weather
from webapp.monitoring.weather.rules import beaufort
from webapp.people import queries as people
from webapp.ports import queries as ports
from webapp.ports.rules import ZONE
from webapp.ports.sea import queries
from webapp.ports.sea.queries import SOURCE, berth_device, port_device, vessel_device
from webapp.ports.sea.weighing import RULES, Around, Finding, is_crowded, too_windy

RULE = "vessels/1"


@tasks.task("vessels.look", cron="* * * * *")
def look() -> None:
    """Whatever the rules find now is an alarm, whatever they find no more is over."""
    _look(None)


@tasks.task("vessels.look_at")
def look_at(vessels: Sequence[int]) -> None:
    """The same of these vessels, at once: something about them has just turned."""
    _look(frozenset(vessels))


def _look(only: frozenset[int] | None) -> None:
    now = clock.now()
    closed = queries.closed_on(now.astimezone(ZONE).date())
    around = Around(now, queries.limits(), closed)
    raised = queries.raised(only)
    found: dict[tuple[Kind, str], tuple[Finding, str]] = {}
    for vessel in queries.afloat(now, around.limits, only=only):
        device = vessel_device(vessel.vessel_id)
        for kind, rule in RULES.items():
            finding = rule(vessel, around, (kind, device) in raised)
            if finding is not None:
                found[kind, device] = (finding, vessel.name)
    if only is None:
        found |= _crowded(raised) | _windy(raised)
    else:
        raised = {each for each in raised if each[0] in RULES}
    for kind, device in sorted(found.keys() - raised):
        finding, words = found[kind, device]
        _tell(kind, device, Change.RAISED, finding, words)
        if kind == Kind.VESSEL_WIND:
            managers = people.holders_everywhere(("port_manager",))
            notices.notify(managers, N_("Call vessels back? %(what)s"), url="/recalls", what=words)
    for kind, device in sorted(raised - found.keys()):
        _tell(kind, device, Change.CLEARED, Finding(), "")


def _crowded(raised: set[tuple[Kind, str]]) -> dict[tuple[Kind, str], tuple[Finding, str]]:
    found = {}
    for berth in queries.berths_now(clock.now()):
        key = (Kind.VESSEL_CROWDING, berth_device(berth.id))
        if is_crowded(berth, was=key in raised):
            words = f"{berth.port} {berth.name} {max(berth.inside, berth.near)}/{berth.places}"
            found[key] = (Finding(), words)
    return found


def _windy(raised: set[tuple[Kind, str]]) -> dict[tuple[Kind, str], tuple[Finding, str]]:
    """Of each port whose vessels at sea have reached their limits: the wind as it is known there now."""
    settings: Settings = current_app.extensions["settings"]
    found = {}
    for port in ports.at_sea_by_port():
        speed = weather.wind_at(lonlat_of(port.geom)).speed
        if speed is None or not speed.fresh:
            continue
        key, force = (Kind.VESSEL_WIND, port_device(port.id)), beaufort(speed.value)
        many = too_windy(port.limits, force, was=key in raised)
        if many:
            with force_locale(settings.locale):
                words = gettext(
                    "%(port)s: wind of force %(force)s by %(who)s, vessels at sea not called back: %(n)s",
                    port=port.name,
                    force=force,
                    who=speed.who,
                    n=many,
                )
            found[key] = (Finding(), words)
    return found


def _tell(kind: Kind, device: str, change: Change, finding: Finding, words: str) -> None:
    now = clock.now()
    signal = Signal(
        kind=kind,
        change=change,
        at=now,
        device=device,
        severity=finding.severity,
        ended_at=now if change is Change.CLEARED else None,
        words=words,
        rule=RULE,
    )
    alarms.hear(signal, source=SOURCE, received_at=now)
