"""Photos of a page as phones take them, all of them synthetic: bent paper, folds, shadows, a hand, EXIF.

No photo of a real phone is among them. The paper is a surface with a height above the table, so that what is bent moves
and is shaded as it is on paper. The sensor has 12 million pixels; all but one test take every second of them, for speed.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.community.photographs import FINE, Picture
from webapp.community.opinions.book import layout

Field = NDArray[np.float32]

WIDTH, HEIGHT = 3024, 4032
# How a picture is turned so that the EXIF orientation turns it back.
_TURNED = {3: cv2.ROTATE_180, 6: cv2.ROTATE_90_COUNTERCLOCKWISE, 8: cv2.ROTATE_90_CLOCKWISE}
# The camera stands so many millimetres above the page.
_ABOVE = 420.0


@dataclass(frozen=True)
class Phone:
    """How somebody photographs a page.

    `corners`: pixels of the upright photo; `bend`, `fold`: height of the paper in millimetres; `crease`: how much darker a
    fold is; `shadow`: how much light
    a shadow takes; `hand`: the mark that fingers cover; `lens`: how much the corners of the photo are drawn inwards;
    `blur`, `shake`: pixels of the sensor; `light`, `noise`: of 1 and of 255; `table`: what lies below; `orientation`: of EXIF;
    `scale`: of the 3024 x 4032 pixels of the sensor.
    """

    corners: tuple[tuple[float, float], ...] = ((330, 260), (2690, 300), (2760, 3700), (250, 3640))
    tilt: tuple[float, float] = (0.0, 0.25)
    bend: float = 0.0
    fold: float = 0.0
    crease: float = 0.16
    shadow: float = 0.0
    glare: float = 0.0
    hand: int | None = None
    lens: float = 0.0
    blur: float = 1.0
    shake: int = 1
    light: float = 1.0
    warm: float = 0.0
    noise: float = 4.0
    table: str = "wood"
    orientation: int = 1
    quality: int = 78
    seed: int = 1
    scale: float = 0.5

    @property
    def width(self) -> int:
        """Pixels across the upright photo."""
        return round(WIDTH * self.scale)

    @property
    def height(self) -> int:
        """Pixels down the upright photo."""
        return round(HEIGHT * self.scale)


def taken(paper: Picture, phone: Phone) -> io.BytesIO:
    """The photo as the phone stores it: a JPEG with its orientation in EXIF."""
    random = np.random.default_rng(phone.seed)
    across, down = _seen_at(phone)
    height, shade = _surface(across, down, phone)
    x = across + height * ((across - layout.WIDTH / 2) / _ABOVE + phone.tilt[0])
    y = down + height * ((down - layout.HEIGHT / 2) / _ABOVE + phone.tilt[1])
    soft = cv2.GaussianBlur(paper, (0, 0), 1.2)
    sheet = np.asarray(
        cv2.remap(soft, x * FINE, y * FINE, cv2.INTER_LINEAR, borderValue=255), np.float32
    )
    on_paper = (x >= 0) & (y >= 0) & (x <= layout.WIDTH) & (y <= layout.HEIGHT)
    picture = np.where(on_paper, sheet * shade * 0.93, _table(phone, random))
    picture = _lit(picture, phone, random)
    if phone.hand is not None:
        picture = _with_hand(picture, across, down, phone.hand)
    return _stored(_blurred(picture, phone), phone, random)


def _seen_at(phone: Phone) -> tuple[Field, Field]:
    """Where on the page (millimetres) each pixel of the upright photo looks, were the page flat."""
    columns, rows = np.meshgrid(
        np.arange(phone.width, dtype=np.float32) / np.float32(phone.scale),
        np.arange(phone.height, dtype=np.float32) / np.float32(phone.scale),
    )
    u, v = (columns - WIDTH / 2) / (HEIGHT / 2), (rows - HEIGHT / 2) / (HEIGHT / 2)
    wider = 1 + phone.lens * (u * u + v * v)
    columns = u * wider * (HEIGHT / 2) + WIDTH / 2
    rows = v * wider * (HEIGHT / 2) + HEIGHT / 2
    w, h = layout.WIDTH, layout.HEIGHT
    page = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    back = cv2.getPerspectiveTransform(np.array(phone.corners, np.float32), page)
    depth = back[2, 0] * columns + back[2, 1] * rows + back[2, 2]
    across = (back[0, 0] * columns + back[0, 1] * rows + back[0, 2]) / depth
    down = (back[1, 0] * columns + back[1, 1] * rows + back[1, 2]) / depth
    return across.astype(np.float32), down.astype(np.float32)


def _surface(across: Field, down: Field, phone: Phone) -> tuple[Field, Field]:
    """How high the paper lies (millimetres) and how bright its slope makes it."""
    height = phone.bend * np.sin(np.clip(down / layout.HEIGHT, 0, 1) * np.pi).astype(np.float32)
    slope = np.cos(np.clip(down / layout.HEIGHT, 0, 1) * np.pi) * phone.bend * np.pi / layout.HEIGHT
    crease = np.zeros_like(height)
    if phone.fold:
        # Folded in three across and once along, as a letter is.
        third = layout.HEIGHT / 3
        tent = 1 - np.abs((down % (2 * third)) - third) / third
        side = 1 - np.abs(across - layout.WIDTH / 2) / (layout.WIDTH / 2)
        height = height + phone.fold * (tent + 0.6 * np.clip(side, 0, 1)).astype(np.float32)
        slope = slope + phone.fold / third * np.sign((down % (2 * third)) - third)
        for off in (down - third, down - 2 * third, across - layout.WIDTH / 2):
            crease += np.exp(-((off / 0.35) ** 2)).astype(np.float32)
    shade = 1 - 1.6 * slope - phone.crease * np.clip(crease, 0, 1)
    return height.astype(np.float32), shade.astype(np.float32)


def _table(phone: Phone, random: np.random.Generator) -> Field:
    """What lies below the page: wood, a white table, a checkered cloth."""
    high, wide = phone.height, phone.width
    if phone.table == "white":
        return np.full((high, wide), 214, np.float32)
    rows, columns = np.mgrid[0:high, 0:wide]
    if phone.table == "cloth":
        return np.where((rows // 45 + columns // 45) % 2, 190, 60).astype(np.float32)
    grain = random.normal(0, 16, (high // 4 + 1, 1)).repeat(4, axis=0)[:high]
    wavy: Field = (112 + grain + 9 * np.sin(columns / 70 + rows / 450)).astype(np.float32)
    return wavy


def _lit(picture: Field, phone: Phone, random: np.random.Generator) -> Field:
    """Light from one side; the shadow of the phone and its owner; a lamp that shines back."""
    high, wide = phone.height, phone.width
    across = np.linspace(1.0, 0.7, wide, dtype=np.float32)[None, :]
    light = across * np.linspace(0.85, 1.05, high, dtype=np.float32)[:, None] * phone.light
    if phone.shadow:
        shade = np.zeros((HEIGHT // 8, WIDTH // 8), np.float32)
        left, top = random.uniform(60, 160), random.uniform(200, 300)
        outline = [[left, HEIGHT / 8], [left + 20, top], [left + 160, top - 40], [left + 190, 505]]
        cv2.fillPoly(shade, [np.array(outline, np.int32)], 1.0)
        soft = cv2.GaussianBlur(shade, (0, 0), 4)
        light = light * (1 - phone.shadow * cv2.resize(soft, (wide, high)))
    picture = picture * light
    if phone.glare:
        rows, columns = np.mgrid[0:high, 0:wide].astype(np.float32) / np.float32(phone.scale)
        away = ((columns - WIDTH * 0.62) / 330) ** 2 + ((rows - HEIGHT * 0.45) / 260) ** 2
        picture = picture + 255 * phone.glare * np.exp(-away)
    return np.asarray(picture, np.float32)


def _with_hand(picture: Field, across: Field, down: Field, mark: int) -> Field:
    """Fingers that hold the page at one corner, with the shadow they throw."""
    area = layout.MARKS[mark]
    x, y = area.x + area.w / 2, area.y + area.h / 2
    outwards = (-1 if x < layout.WIDTH / 2 else 1, -1 if y < layout.HEIGHT / 2 else 1)

    def finger(cx: float, cy: float, grow: float) -> NDArray[np.bool_]:
        along = ((across - cx) * outwards[0] + (down - cy) * outwards[1]) / np.sqrt(2)
        aside = ((across - cx) * outwards[1] - (down - cy) * outwards[0]) / np.sqrt(2)
        tip = (along / (10 + grow)) ** 2 + (aside / (9 + grow)) ** 2 < 1
        return np.asarray(tip | ((along > 0) & (np.abs(aside) < 9 + grow)))

    thrown = finger(x - 3, y + 3, 3).astype(np.float32)
    picture = picture * (1 - 0.45 * cv2.GaussianBlur(thrown, (0, 0), 14))
    return np.asarray(np.where(finger(x, y, 0), 150, picture), np.float32)


def _blurred(picture: Field, phone: Phone) -> Field:
    soft = cv2.GaussianBlur(picture, (0, 0), phone.blur * phone.scale)
    pixels = round(phone.shake * phone.scale)
    if pixels > 1:
        moved = np.eye(pixels, dtype=np.float32) / pixels
        soft = cv2.filter2D(soft, -1, moved)
    return np.asarray(soft, np.float32)


def _stored(picture: Field, phone: Phone, random: np.random.Generator) -> io.BytesIO:
    """In colour, with the noise of the sensor, more of it where it is bright, smoothed as phones do.

    Of every second pixel the noise is half: each stands for four of the sensor.
    """
    grain = random.normal(0, 1, picture.shape).astype(np.float32) * (
        phone.noise * phone.scale * (0.5 + 0.5 * np.sqrt(np.clip(picture, 0, 255) / 255))
    )
    grey = np.clip(picture + cv2.GaussianBlur(grain, (0, 0), 0.7) * 1.5, 0, 255)
    tint = (1 - phone.warm, 1.0, 1 + phone.warm)
    colour = np.clip(np.stack([grey * each for each in tint], axis=2), 0, 255).astype(np.uint8)
    if phone.orientation in _TURNED:
        colour = np.asarray(cv2.rotate(colour, _TURNED[phone.orientation]))
    exif = Image.Exif()
    exif[0x0112] = phone.orientation
    body = io.BytesIO()
    Image.fromarray(colour[:, :, ::-1]).save(body, "JPEG", quality=phone.quality, exif=exif)
    body.seek(0)
    return body


def any_phone(seed: int) -> Phone:
    """A phone, a page and a light by chance."""
    random = np.random.default_rng(seed)
    nearer = random.uniform(0, 380)
    corners = [
        (x + random.uniform(-110, 110), y + random.uniform(-110, 110)) for x, y in Phone.corners
    ]
    corners[0] = (corners[0][0] + nearer, corners[0][1])
    corners[1] = (corners[1][0] - nearer, corners[1][1])
    return Phone(
        corners=tuple(corners),
        tilt=(random.uniform(-0.3, 0.3), random.uniform(-0.5, 0.5)),
        bend=random.uniform(0, 8),
        fold=random.uniform(0, 4) * (random.random() < 0.5),
        shadow=random.uniform(0.3, 0.7) * (random.random() < 0.5),
        glare=random.uniform(0.2, 0.6) * (random.random() < 0.2),
        hand=int(random.integers(0, 4)) if random.random() < 0.4 else None,
        lens=random.uniform(-0.01, 0.02),
        blur=random.uniform(0.7, 3),
        shake=int(random.choice([1, 1, 3, 5])),
        light=random.uniform(0.25, 1),
        warm=random.uniform(-0.1, 0.2),
        noise=random.uniform(2, 9),
        table=str(random.choice(["wood", "white", "cloth"])),
        orientation=int(random.choice([1, 3, 6, 8])),
        quality=int(random.integers(55, 90)),
        seed=seed,
    )
