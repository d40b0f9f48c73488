"""Demo zones at cameras of the geodata, and a round over those that look at the woods."""

from __future__ import annotations

from datetime import timedelta

from webapp.base import clock
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.cameras.importing import GEODATA
from webapp.monitoring.video import actions, queries
from webapp.monitoring.video.forms import ZoneForm
from webapp.monitoring.walls import queries as walls
from webapp.monitoring.walls.actions import make_round
from webapp.monitoring.walls.rules import Stop
from webapp.operation.cast import actor

# (camera, name, kind, corners, hours). The first is the one to which `watch --example` plays: it
# is the right half of the ground of that film.
ZONES = (
    ("CAM0023", "【示例】禁入区", "intrusion", ((0.5, 0.55), (0.98, 0.55), (0.98, 0.98), (0.5, 0.98)), None),
    ("CAM0023", "【示例】居民窗户遮挡", "mask", ((0.02, 0.02), (0.2, 0.02), (0.2, 0.16), (0.02, 0.16)), None),
    ("CAM0001", "【示例】烟雾监看", "smoke", ((0.0, 0.0), (1.0, 0.0), (1.0, 0.8), (0.0, 0.8)), None),
    ("CAM0003", "【示例】夜间逗留", "loitering", ((0.1, 0.5), (0.9, 0.5), (0.9, 0.95), (0.1, 0.95)), ("22:00", "06:00")),
)  # fmt: skip

# A round of the shift leader for the whole desk: its name, its cameras, seconds for each.
ROUND = ("【示例】林场瞭望", ("CAM0001", "CAM0002", "CAM0003", "CAM0004", "CAM0005", "CAM0006"), 20)


def tell() -> int:
    """Zones and round are there; answers how many zones are new."""
    _walk()
    made = 0
    with clock.at(clock.now() - timedelta(days=20)):
        for code, name, kind, corners, hours in ZONES:
            camera = cameras.by_source(GEODATA, code)
            if camera is None or name in {each.name for each in queries.zones_of(camera.id)}:
                continue
            said = {
                "name": name,
                "kind": kind,
                "corners": "\n".join(f"{x}, {y}" for x, y in corners),
                "begins": hours[0] if hours else None,
                "ends": hours[1] if hours else None,
            }
            actions.draw_zone(camera, ZoneForm.of(said), by=None)
            made += 1
    return made


def _walk() -> None:
    shift = actor("shift")
    name, codes, seconds = ROUND
    if walls.round_count(shift):
        return
    known = [cameras.by_source(GEODATA, code) for code in codes]
    stops = [Stop(each.id, seconds) for each in known if each is not None]
    if stops:
        make_round(name, stops, shared=True, by=shift)
