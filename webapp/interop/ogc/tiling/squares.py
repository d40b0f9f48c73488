"""Vector tiles: which there are, where each lies, and those that were made a moment ago."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any

MATRIX_SET = "WebMercatorQuad"
MATRIX_SET_URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
DEEPEST = 22
# From here on every point stands for itself; above that they are gathered.
FROM_ZOOM = 14

HALF = 20037508.3427892
# Units of a tile, and how far beyond its edge its content reaches.
EXTENT = 4096
BUFFER = 64
# Into so many squares a side points are gathered.
SQUARES = 64
MOST_IN_A_TILE = 20_000

# A client uses a tile of what everybody may see again for so long, and so do we where nobody counts what
# changes on its ground; a process keeps this many bytes of them.
KEPT_S = 60.0
KEPT_BYTES = 64 * 1024 * 1024
# For so long nobody asks again whether the ground of a tile has changed.
SURE_S = 1.0


@dataclass(frozen=True)
class Tile:
    """A square of the world."""

    zoom: int
    row: int
    column: int

    @property
    def is_there(self) -> bool:
        """True inside of the tile matrix."""
        side = 1 << self.zoom if 0 <= self.zoom <= DEEPEST else 0
        return 0 <= self.row < side and 0 <= self.column < side

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres of Web Mercator."""
        side = 2 * HALF / (1 << self.zoom)
        west, north = self.column * side - HALF, HALF - self.row * side
        return west, north - side, west + side, north

    @property
    def wider(self) -> tuple[float, float, float, float]:
        """The same with what reaches in from the tiles beside it."""
        west, south, east, north = self.bounds
        more = (east - west) * BUFFER / EXTENT
        return west - more, south - more, east + more, north + more


@dataclass
class Made:
    """A tile as it was made: its bytes, their tag, and how often its ground had changed where that is counted.

    `sure`: when it was last known to be right.
    """

    body: bytes
    tag: str
    changes: int | None
    sure: float = field(default_factory=monotonic)

    def is_good(self, changes: Callable[[], int | None]) -> bool:
        """True when its ground is as it was, which is asked after a moment; while it is young where nobody counts."""
        age = monotonic() - self.sure
        if self.changes is None:
            return age <= KEPT_S
        if age > SURE_S:
            if changes() != self.changes:
                return False
            self.sure = monotonic()
        return True


class Kept:
    """Tiles of what everybody may see, the eldest forgotten first."""

    def __init__(self) -> None:
        self._tiles: OrderedDict[Any, Made] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, name: Any) -> Made | None:
        """The tile, if it is there."""
        return self._tiles.get(name)

    def put(self, name: Any, made: Made) -> None:
        """The tile is kept."""
        with self._lock:
            before = self._tiles.pop(name, None)
            self._tiles[name] = made
            self._bytes += len(made.body) - (len(before.body) if before else 0)
            while self._bytes > KEPT_BYTES and self._tiles:
                _name, gone = self._tiles.popitem(last=False)
                self._bytes -= len(gone.body)

    def clear(self) -> None:
        """Nothing is kept."""
        with self._lock:
            self._tiles.clear()
            self._bytes = 0


KEPT = Kept()


def matrix_set() -> dict[str, Any]:
    """The tile matrix set, in words of the standard."""
    first = 559082264.028717
    return {
        "id": MATRIX_SET,
        "title": "Google Maps Compatible for the World",
        "uri": MATRIX_SET_URI,
        "crs": MERCATOR,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [
            {
                "id": str(zoom),
                "scaleDenominator": first / (1 << zoom),
                "cellSize": 2 * HALF / 256 / (1 << zoom),
                "pointOfOrigin": [-HALF, HALF],
                "cornerOfOrigin": "topLeft",
                "tileWidth": 256,
                "tileHeight": 256,
                "matrixWidth": 1 << zoom,
                "matrixHeight": 1 << zoom,
            }
            for zoom in range(DEEPEST + 1)
        ],
    }
