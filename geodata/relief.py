"""Hills, streams and reservoirs: the ground before people."""

import math
from dataclasses import dataclass

import shapely
from shapely import LineString, Polygon

from geodata.curves import Die, blob, noise
from geodata.facts import drawn, provenance, table
from geodata.plane import lines_of, point_on_plane


@dataclass(frozen=True)
class Stream:
    """A stream with its name and where that is from."""

    name: str
    shape: LineString
    told: dict[str, str]


@dataclass(frozen=True)
class Lake:
    """A reservoir with its name and where that is from."""

    name: str
    shape: Polygon
    told: dict[str, str]


class Relief:
    """Heights in metres, made of the hills of source/hills.csv."""

    def __init__(self) -> None:
        self._hills = []
        for row in table("hills"):
            x, y = point_on_plane(float(row["lon"]), float(row["lat"]))
            numbers = (float(row[k]) for k in ("height_m", "spread_m", "stretch"))
            self._hills.append((x, y, *numbers, math.radians(float(row["turn_deg"]))))

    def height(self, x: float, y: float) -> float:
        """Metres above the plain."""
        total = 0.0
        for hx, hy, height, spread, stretch, turn in self._hills:
            dx, dy = x - hx, y - hy
            u = dx * math.cos(turn) + dy * math.sin(turn)
            v = dy * math.cos(turn) - dx * math.sin(turn)
            total += height * math.exp(-(u * u / stretch + v * v * stretch) / spread**2)
        return total

    def texture(self, x: float, y: float) -> float:
        """Height with the small bumps that make a wood's edge look grown."""
        return (
            self.height(x, y) + 24 * (noise(x, y, 380, 5) - 0.5) + 10 * (noise(x, y, 150, 6) - 0.5)
        )


def streams(ground: Polygon) -> list[Stream]:
    """The streams inside the ground, each one line."""
    waters = []
    for row in drawn("streams"):
        line = max(lines_of(row.geometry.intersection(ground)), key=lambda piece: piece.length)
        told = provenance(("name", row.facts["source"]), ("shape", "illustrative"))
        waters.append(Stream(row.facts["name"], line, told))
    return waters


def reservoirs(ground: Polygon) -> list[Lake]:
    """The reservoirs inside the ground, each with a dam side that is nearly straight."""
    waters = []
    for row in table("reservoirs"):
        die = Die(f"reservoir {row['name']}")
        centre = point_on_plane(float(row["lon"]), float(row["lat"]))
        radius = float(row["radius_m"])
        turn = die.between(0, math.pi)
        shape = blob(centre, radius, die, turn=turn, stretch=1.5, rough=0.34)
        dam = blob(
            (
                centre[0] - 0.25 * radius * math.cos(turn),
                centre[1] - 0.25 * radius * math.sin(turn),
            ),
            1.2 * radius,
            die,
            turn=turn,
            stretch=1.1,
            rough=0.05,
        )
        lake = shape.intersection(dam).intersection(ground.buffer(-25))
        told = provenance(("name", row["source"]), ("shape", "illustrative"))
        waters.append(Lake(row["name"], max(shapely.get_parts(lake), key=shapely.area), told))
    return waters
