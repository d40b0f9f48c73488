"""Draws the picture of the map for the README: `python -m geodata.atlas` (needs Chromium)."""

import base64
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterable
from html import escape
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from PIL import Image
from shapely.geometry.base import BaseGeometry

from geodata.files import PACKAGE
from geodata.plane import WORK_CRS
from geodata.relief import Relief

HERE = Path(__file__).parent
PICTURE = HERE.parent / "docs" / "pictures" / "atlas.png"
WEST, SOUTH, EAST, NORTH = 588_300.0, 4_167_250.0, 605_900.0, 4_177_150.0
WIDTH = 2400
PIXEL = (EAST - WEST) / WIDTH
HEIGHT = round((NORTH - SOUTH) / PIXEL)

LAND = {
    "farmland": "#eef0d8",
    "orchard": "#e0eac6",
    "forest": "#b9d3a4",
    "beach": "#f7ecc9",
    "village": "#e9dcc8",
    "residential": "#f0e2d6",
    "industrial": "#e4e3ea",
    "park": "#c5e0b0",
}
# class: casing, fill, width in metres on the map
ROADS = {
    "track": ("none", "#b9a47c", 5),
    "service": ("#c4bbae", "#ffffff", 7),
    "residential": ("#b0a698", "#ffffff", 12),
    "tertiary": ("#a1968a", "#fffdf3", 21),
    "secondary": ("#c79a4e", "#fbdc92", 27),
    "primary": ("#bd5b44", "#f19a7c", 36),
}
KINDS = {
    "community": ("#c2185b", "社区网格", "community"),
    "unrelocated": ("#2e7d32", "未搬迁村网格", "village"),
    "industry": ("#3949ab", "行业网格", "industry"),
    "relocated": ("#b26a00", "已搬迁村原址网格", "relocated village"),
}
DRAWN = (
    "context",
    "context_roads",
    "subdistrict",
    "grids",
    "landuse",
    "streams",
    "reservoirs",
    "roads",
    "workstations",
    "fishing_ports",
    "neighbours",
)
PLACES = {
    "workstations": ("#c62828", "便民工作站", "service station"),
    "fishing_ports": ("#01579b", "渔港", "fishing port"),
}


def main() -> int:
    """The picture is written; exit code 1 with a sentence when no Chromium is found."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        print("Chromium is needed to draw the picture; install the package chromium.")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "atlas.html"
        page.write_text(
            f"<!doctype html><meta charset=utf-8><style>body{{margin:0}}</style>{svg()}",
            encoding="utf-8",
        )
        shot = Path(folder) / "atlas.png"
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--hide-scrollbars",
                "--disable-gpu",
                f"--user-data-dir={folder}/profile",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={shot}",
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        # 256 colours are enough for a map and a third of the bytes.
        Image.open(shot).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(
            PICTURE, optimize=True
        )
    print(f"{PICTURE.relative_to(HERE.parent)}: {WIDTH} x {HEIGHT}")
    return 0


def svg() -> str:
    """The whole picture as one SVG element."""
    layers = {name: gpd.read_file(HERE / PACKAGE, layer=name).to_crs(WORK_CRS) for name in DRAWN}
    outline = layers["subdistrict"].geometry.iloc[0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="Noto Sans CJK SC, Noto Sans SC, sans-serif">',
        '<rect width="100%" height="100%" fill="#a9cfe3"/>',
        *_surroundings(layers),
        *_ground(layers, outline),
        *_roads(layers["roads"], ROADS),
        *_grids(layers["grids"], outline),
        *_signs(layers),
        *_labels(layers),
        *_legend(layers),
        "</svg>",
    ]
    return "\n".join(parts)


def _xy(x: float, y: float) -> tuple[float, float]:
    return (x - WEST) / PIXEL, (NORTH - y) / PIXEL


def _path(shapes: BaseGeometry | Iterable[BaseGeometry]) -> str:
    """Path data of polygons and lines, to a tenth of a pixel."""
    data = []
    for part in shapely.get_parts(shapely.get_parts(shapes)):
        for piece in shapely.get_parts(part):
            rings = [piece.exterior, *piece.interiors] if hasattr(piece, "exterior") else [piece]
            for ring in rings:
                points = " ".join("{:.1f} {:.1f}".format(*_xy(x, y)) for x, y in ring.coords)
                data.append(f"M{points}" + ("Z" if hasattr(piece, "exterior") else ""))
    return "".join(data)


def _surroundings(layers: dict[str, gpd.GeoDataFrame]) -> list[str]:
    around = layers["context"].set_index("kind").geometry
    land = shapely.union_all([around["neighbour_land"], layers["subdistrict"].geometry.iloc[0]])
    drawn = [
        f'<path d="{_path(land.buffer(metres))}" fill="{colour}"/>'
        for metres, colour in ((900, "#b2d5e7"), (520, "#bcdbea"), (230, "#c9e3ee"))
    ]
    drawn.append(f'<path d="{_path(around["neighbour_land"])}" fill="#eceae3" stroke="#c9c5b8"/>')
    drawn += _roads(layers["context_roads"], ROADS, opacity=0.45)
    return drawn


def _ground(layers: dict[str, gpd.GeoDataFrame], outline: BaseGeometry) -> list[str]:
    use = layers["landuse"]
    drawn = [
        f'<path d="{_path(use.geometry[use["kind"] == kind])}" fill="{colour}" '
        f'stroke="{colour}" stroke-width="0.6"/>'
        for kind, colour in LAND.items()
    ]
    left, top = _xy(WEST, NORTH)
    drawn += [
        f'<clipPath id="ground"><path d="{_path(outline)}"/></clipPath>',
        f'<image href="{_shade()}" x="{left}" y="{top}" width="{WIDTH}" height="{HEIGHT}" '
        'preserveAspectRatio="none" clip-path="url(#ground)" '
        'style="mix-blend-mode:multiply"/>',
        f'<path d="{_path(layers["streams"].geometry)}" fill="none" stroke="#7fb9d8" '
        'stroke-width="3" stroke-linejoin="round"/>',
        f'<path d="{_path(layers["reservoirs"].geometry)}" fill="#9fcfe8" stroke="#6aaed2"/>',
    ]
    return drawn


def _shade(step: float = 30.0) -> str:
    """Hills lit from the north-west, as an image in a data URL."""
    hills = Relief()
    xs, ys = np.arange(WEST, EAST, step), np.arange(NORTH, SOUTH, -step)
    height = np.array(
        [[0.75 * hills.height(x, y) + 0.25 * hills.texture(x, y) for x in xs] for y in ys]
    )
    south, east = np.gradient(height, step)
    light = np.clip(1.0 + 0.8 * (east + south), 0.80, 1.0)
    grey = np.clip(light * 255, 0, 255).astype(np.uint8)
    rows = b"".join(b"\0" + row.tobytes() for row in grey)

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + crc

    head = struct.pack(">IIBBBBB", len(xs), len(ys), 8, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head)
    png += chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _roads(
    roads: gpd.GeoDataFrame, manners: dict[str, tuple[str, str, int]], opacity: float = 1.0
) -> list[str]:
    """Casings of all classes first, then their fills, so that crossings run together."""
    drawn = []
    for casing in (True, False):
        for cls, (edge, fill, metres) in manners.items():
            colour = edge if casing else fill
            shapes = roads.geometry[roads["cls"] == cls]
            if colour == "none" or shapes.empty:
                continue
            width = metres / PIXEL + (1.3 if casing else 0)
            dashes = ' stroke-dasharray="4 2.5"' if cls == "track" else ""
            drawn.append(
                f'<path d="{_path(shapes)}" fill="none" stroke="{colour}" '
                f'stroke-width="{width:.1f}" stroke-linecap="round" stroke-linejoin="round" '
                f'opacity="{opacity}"{dashes}/>'
            )
    return drawn


def _grids(grids: gpd.GeoDataFrame, outline: BaseGeometry) -> list[str]:
    drawn = []
    for kind, (colour, _, _) in KINDS.items():
        shapes = grids.geometry[grids["kind"] == kind]
        drawn.append(f'<path d="{_path(shapes)}" fill="{colour}" opacity="0.10"/>')
    for kind in ("relocated", "unrelocated", "industry", "community"):
        shapes = grids.geometry[grids["kind"] == kind]
        inset = 5 if kind == "community" else 8
        data = _path([s.buffer(-inset) for s in shapes])
        drawn.append(
            f'<path d="{data}" fill="none" stroke="{KINDS[kind][0]}" '
            f'stroke-width="{inset / 3.6:.1f}" stroke-linejoin="round" opacity="0.85"/>'
        )
    drawn.append(
        f'<path d="{_path(outline)}" fill="none" stroke="#4a2c6d" stroke-width="4.5" '
        'stroke-linejoin="round"/>'
    )
    return drawn


def _text(
    place: tuple[float, float], words: str, size: float, colour: str, *, style: str = ""
) -> str:
    x, y = place
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" stroke="#ffffff" '
        f'stroke-width="{size / 4.5:.1f}" stroke-linejoin="round" paint-order="stroke" '
        f'text-anchor="middle" dominant-baseline="central" style="{style}">{escape(words)}</text>'
    )


def _short(name: str) -> list[str]:
    """The grid's name without the words every name has, in lines that fit."""
    short = name.replace("社区", "").replace("村原址", "").replace("网格", "")
    short = short.replace("村", "") or name
    if "(" in short:
        head, rest = short.split("(", 1)
        return [head, rest.rstrip(")").replace("·", " · ")]
    return [short]


def _labels(layers: dict[str, gpd.GeoDataFrame]) -> list[str]:
    drawn = []
    grids = layers["grids"]
    for name, kind, shape in zip(grids["name"], grids["kind"], grids.geometry, strict=True):
        circle = shapely.maximum_inscribed_circle(shape, tolerance=15)
        x, y = _xy(*circle.coords[0])
        size = {"community": 13, "industry": 20}.get(kind, 17)
        for line, words in enumerate(_short(name)):
            small = size if line == 0 else size * 0.78
            drawn.append(_text((x, y + line * size * 1.15), words, small, KINDS[kind][0]))
    named = layers["roads"].dropna(subset=["name"])
    for name in ("206国道", "横一路", "滨海路", "纵十二路", "纵十五路", "疏港路"):
        lines = named.geometry[named["name"] == name]
        longest = max(
            shapely.get_parts(shapely.line_merge(shapely.union_all(list(lines)))),
            key=shapely.length,
        )
        at = longest.interpolate(0.37, normalized=True)
        drawn.append(_text(_xy(at.x, at.y), name, 13.5, "#7a3a12"))
    for name, english, at in zip(
        layers["neighbours"]["name"],
        layers["neighbours"]["name_en"],
        layers["neighbours"].geometry,
        strict=True,
    ):
        x, y = _xy(at.x, at.y)
        if 60 < x < WIDTH - 60 and 40 < y < HEIGHT - 40:
            drawn.append(_text((x, y), f"{name} {english}", 19, "#8c887b"))
    return drawn


def _signs(layers: dict[str, gpd.GeoDataFrame]) -> list[str]:
    drawn = []
    for layer, (colour, _, _) in PLACES.items():
        for name, at in zip(layers[layer]["name"], layers[layer].geometry, strict=True):
            x, y = _xy(at.x, at.y)
            drawn.append(_sign(layer, x, y, colour))
            label = name.replace("工作站", "站")
            drawn.append(_text((x, y + 21), label, 14, colour, style="font-weight:700"))
    return drawn


def _sign(layer: str, x: float, y: float, colour: str) -> str:
    if layer == "workstations":
        return (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="{colour}" stroke="#fff" '
            f'stroke-width="2.5"/><circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#fff"/>'
        )
    return (
        f'<rect x="{x - 7:.1f}" y="{y - 7:.1f}" width="14" height="14" fill="{colour}" '
        f'stroke="#fff" stroke-width="2.5" transform="rotate(45 {x:.1f} {y:.1f})"/>'
    )


def _legend(layers: dict[str, gpd.GeoDataFrame]) -> list[str]:
    grids = layers["grids"]
    left, top = WIDTH - 530, 90
    drawn = [
        f'<g font-size="21" fill="#26323d"><text x="{left}" y="{top + 34}" font-size="54" '
        'font-weight="700" letter-spacing="6">大季家街道</text>',
        f'<text x="{left}" y="{top + 84}" font-size="27">一张图 · {len(grids)} 个网格 · 81 平方公里</text>',
        f'<text x="{left}" y="{top + 118}" font-size="19" fill="#51616e">Dajijia Subdistrict: '
        f"{len(grids)} grids, 81 km²</text>",
    ]
    y = top + 168
    for kind, (colour, chinese, english) in KINDS.items():
        count = int((grids["kind"] == kind).sum())
        drawn.append(
            f'<rect x="{left}" y="{y - 17}" width="34" height="22" rx="3" fill="{colour}" '
            f'fill-opacity="0.16" stroke="{colour}" stroke-width="2.4"/>'
            f'<text x="{left + 50}" y="{y}"><tspan font-weight="700">{count}</tspan> {chinese}'
            f'<tspan fill="#51616e" font-size="17">  {english}</tspan></text>'
        )
        y += 36
    for layer, (colour, chinese, english) in PLACES.items():
        drawn.append(_sign(layer, left + 17, y - 7, colour))
        drawn.append(
            f'<text x="{left + 50}" y="{y}">{chinese}'
            f'<tspan fill="#51616e" font-size="17">  {english}</tspan></text>'
        )
        y += 36
    return [*drawn, *_scale(left, y + 18), "</g>"]


def _scale(left: float, top: float) -> list[str]:
    length = 2000 / PIXEL
    return [
        f'<path d="M{left} {top}v8h{length:.1f}v-8M{left + length / 2:.1f} {top}v8" fill="none" '
        'stroke="#26323d" stroke-width="2"/>',
        f'<text x="{left}" y="{top + 32}" font-size="16">0</text>'
        f'<text x="{left + length - 8:.1f}" y="{top + 32}" font-size="16">2 km</text>',
        f'<text x="{left}" y="{top + 72}" font-size="18" fill="#7b1f1f">示意数据，非测绘成果 '
        "Illustrative, not a survey</text>",
        f'<text x="{left}" y="{top + 100}" font-size="15" fill="#51616e">海岸线 shoreline: GSHHG '
        "(LGPL) · 邻镇 towns: GeoNames (CC BY 4.0)</text>",
    ]


if __name__ == "__main__":
    sys.exit(main())
