"""Demo alarms: some judged and closed, one to which somebody went, one exercise, one that goes on and was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from webapp.base import clock, files
from webapp.cases import actions as cases, moves
from webapp.cases.rules import Stage
from webapp.monitoring.alarms import climbing, handling, listing
from webapp.monitoring.alarms.actions import hear
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import Outcome
from webapp.monitoring.cameras import importing, queries as cameras
from webapp.monitoring.signals import Change, Kind, Signal
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people import actors
from webapp.people.actors import Person

RULES = {Kind.SMOKE: "smoke-1.2", Kind.INTRUSION: "zone-2.0", Kind.CROWD: "crowd-0.9"}

# Hours ago, kind, which camera of the catalogue, what was seen, what it turned out to be.
JUDGED: Sequence[tuple[float, Kind, int, str, Outcome]] = (
    (70, Kind.SMOKE, 3, "林区上空出现烟状物", Outcome.FALSE),
    (52, Kind.INTRUSION, 40, "夜间有人翻越围栏", Outcome.REAL),
    (47, Kind.INTRUSION, 40, "犬只进入警戒区", Outcome.NUISANCE),
    (30, Kind.CROWD, 75, "集市口人群聚集", Outcome.REAL),
    (26, Kind.INTRUSION, 42, "施工人员进入警戒区", Outcome.FALSE),
)


def tell() -> int:
    """The alarms are there; answers how many are new."""
    operator = actor("dispatcher2")
    if listing.listed(operator, lane="closed").rows:
        return 0
    now = clock.now()
    known = sorted(cameras.of_source(importing.GEODATA))
    if not known:
        return 0
    for hours, kind, place, words, outcome in JUDGED:
        _judged(
            now - timedelta(hours=hours), kind, known[place % len(known)], words, outcome, operator
        )
    _gone_to(now - timedelta(hours=5), known[110 % len(known)], operator)
    _practised(now - timedelta(hours=20), operator)
    with clock.at(now - timedelta(minutes=40)):
        standing = _raised(Kind.LEFT_POST, known[60 % len(known)], "值守点无人超过 10 分钟")
    with clock.at(now - timedelta(minutes=39)):
        handling.see(standing, by=operator)
    return len(JUDGED) + 3


def _judged(
    at: datetime, kind: Kind, device: str, words: str, outcome: Outcome, operator: Person
) -> None:
    with clock.at(at):
        alarm = _raised(kind, device, words)
    with clock.at(at + timedelta(seconds=25)):
        handling.see(alarm, by=operator)
    with clock.at(at + timedelta(minutes=4)):
        handling.close(alarm, outcome=outcome, note=f"【示例】{words}", by=operator)
        climbing.climb()


def _gone_to(at: datetime, device: str, operator: Person) -> None:
    with clock.at(at):
        alarm = _raised(Kind.INTRUSION, device, "有人进入码头禁区")
        incident = alarm.incident
    with clock.at(at + timedelta(seconds=12)):
        handling.see(alarm, by=operator)
        case = handling.send(alarm, by=operator)
    gone = actors.person(case.handler_id) if case.handler_id is not None else None
    if gone is None or incident is None:
        return
    with clock.at(at + timedelta(seconds=48)):
        moves.sign(case, by=gone)
        handling.on_way(incident, by=gone)
    with clock.at(at + timedelta(minutes=7)):
        handling.arrive(incident, by=gone)
        picture = scenes.photo("boat", seed=7, solved=False)
        cases.add_media(case, files.keep_picture(picture, by=gone), stage=Stage.FOUND)
        climbing.climb()


def _practised(at: datetime, operator: Person) -> None:
    camera = next(iter(cameras.of_source(importing.GEODATA).values()))
    lon, lat = camera.lonlat or (0.0, 0.0)
    with clock.at(at):
        alarm = handling.drill(
            kind=Kind.AMMONIA, lon=lon, lat=lat, words="【示例】冷库液氨泄漏演练", by=operator
        )
        climbing.climb()
    with clock.at(at + timedelta(minutes=6)):
        handling.see(alarm, by=operator)
        climbing.climb()


def _raised(kind: Kind, device: str, words: str) -> Alarm:
    at = clock.now()
    signal = Signal(
        kind=kind,
        change=Change.RAISED,
        at=at,
        own_id=f"demo-{at:%d%H%M}",
        device=device,
        words=f"【示例】{words}",
        rule=RULES.get(kind),
        score=0.82,
    )
    return hear(signal, source=importing.GEODATA, received_at=at).alarm
