"""Simple drawn street scenes in the place of photos, for demo data: with the trouble, and without."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1024, 768)
HORIZON = 400

Pen = ImageDraw.ImageDraw
Colour = tuple[int, int, int]


def photo(scene: str, *, seed: int, solved: bool) -> io.BytesIO:
    """A JPEG of the scene; the same seed draws the same place, `solved` leaves out the trouble."""
    random = Random(seed)  # noqa: S311  # a drawing, not a secret
    picture = _sky(random)
    pen = ImageDraw.Draw(picture)
    _BACKGROUNDS.get(scene, _street)(pen, random)
    if not solved:
        SCENES[scene](pen, Random(seed + 1))  # noqa: S311
    pen.text((16, SIZE[1] - 30), "DEMO - drawn, not photographed", fill=(255, 255, 255))
    out = io.BytesIO()
    picture.filter(ImageFilter.SMOOTH).save(out, "JPEG", quality=80)
    out.seek(0)
    return out


def paper() -> io.BytesIO:
    """A JPEG of a sheet of paper with lines where its words would stand."""
    sheet = Image.new("RGB", (600, 800), (252, 251, 247))
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((170, 60, 430, 84), fill=(90, 96, 104))
    for row in range(16):
        pen.rectangle(
            (70, 150 + row * 34, 530 - (row * 53) % 170, 160 + row * 34), fill=(176, 182, 190)
        )
    pen.ellipse((390, 640, 520, 770), outline=(200, 60, 50), width=6)
    pen.text((70, 770), "DEMO - drawn, not photographed", fill=(120, 120, 120))
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=80)
    out.seek(0)
    return out


def _sky(random: Random) -> Image.Image:
    light = random.randint(150, 205)
    tops = [(light - 30, light, 228), (light, light + 5, light + 15), (236, 220, 200)]
    top = random.choice(tops)
    strip = Image.new("RGB", (1, 2))
    strip.putdata([top, (238, 240, 238)])
    return strip.resize(SIZE, Image.Resampling.BILINEAR)


def _street(pen: Pen, random: Random) -> None:
    width, height = SIZE
    x = -random.randint(0, 80)
    while x < width:
        wide, high = random.randint(130, 260), random.randint(90, 300)
        wall = random.choice([(214, 200, 182), (190, 178, 168), (222, 214, 204), (176, 188, 196)])
        pen.rectangle((x, HORIZON - high, x + wide, HORIZON), fill=wall)
        _windows(pen, x, wide, high)
        x += wide + random.choice([6, 30])
    pen.rectangle((0, HORIZON, width, HORIZON + 70), fill=(186, 182, 172))
    for place in range(0, width, 64):
        pen.line((place, HORIZON, place - 40, HORIZON + 70), fill=(168, 164, 154), width=2)
    pen.rectangle((0, HORIZON + 70, width, HORIZON + 82), fill=(214, 212, 206))
    pen.rectangle((0, HORIZON + 82, width, height), fill=(112, 114, 118))
    for place in range(random.randint(-80, 0), width, 190):
        pen.polygon(
            ((place, 620), (place + 100, 620), (place + 88, 636), (place - 14, 636)),
            fill=(226, 226, 220),
        )
    for _each in range(random.randint(1, 3)):
        _tree(pen, random.randint(40, width - 40), HORIZON + 30, random.randint(60, 95))


def _windows(pen: Pen, x: int, wide: int, high: int) -> None:
    for row in range(HORIZON - high + 18, HORIZON - 24, 46):
        for column in range(x + 16, x + wide - 26, 40):
            pen.rectangle((column, row, column + 22, row + 28), fill=(120, 142, 158))


def _shore(pen: Pen, random: Random) -> None:
    width, height = SIZE
    pen.rectangle((0, HORIZON - 60, width, HORIZON + 90), fill=(88, 132, 156))
    for _each in range(40):
        x, y = random.randint(0, width), random.randint(HORIZON - 50, HORIZON + 80)
        pen.line((x, y, x + random.randint(20, 70), y), fill=(140, 176, 194), width=2)
    pen.polygon(
        ((0, HORIZON + 60), (width, HORIZON + 110), (width, height), (0, height)),
        fill=(206, 190, 158),
    )


def _hill(pen: Pen, random: Random) -> None:
    width, height = SIZE
    for base, colour in ((HORIZON - 20, (118, 146, 110)), (HORIZON + 60, (96, 128, 86))):
        points: list[tuple[float, float]] = [(0, height)]
        points += [(x, base - random.randint(0, 90)) for x in range(0, width + 129, 128)]
        pen.polygon([*points, (width, height)], fill=colour)
    pen.rectangle((0, HORIZON + 150, width, height), fill=(154, 140, 104))
    for _each in range(14):
        _tree(pen, random.randint(0, width), HORIZON + random.randint(40, 130), 48)


def _hall(pen: Pen, random: Random) -> None:
    width, height = SIZE
    pen.rectangle((0, 0, width, 470), fill=(206, 208, 204))
    pen.rectangle((0, 470, width, height), fill=(150, 152, 150))
    for x in range(random.randint(-60, 0), width, 150):
        pen.line((x, 0, x, 470), fill=(188, 190, 186), width=6)
    pen.rectangle((90, 210, 250, 470), fill=(120, 136, 150))


def _tree(pen: Pen, x: int, y: int, size: int) -> None:
    pen.rectangle((x - size // 10, y - size, x + size // 10, y), fill=(104, 84, 66))
    for dx, dy in ((-0.5, -1.2), (0.4, -1.3), (0, -1.7)):
        cx, cy = x + dx * size, y + dy * size
        pen.ellipse(
            (cx - size * 0.6, cy - size * 0.5, cx + size * 0.6, cy + size * 0.5), (86, 122, 82)
        )


def _heap(pen: Pen, random: Random) -> None:
    x, y = random.randint(300, 700), 560
    colours: list[Colour] = [(36, 40, 46), (206, 204, 198), (150, 112, 74), (60, 96, 132)]
    for _each in range(26):
        cx, cy, r = (
            x + random.randint(-150, 150),
            y + random.randint(-70, 40),
            random.randint(20, 60),
        )
        box = (cx - r, cy - r * 0.7, cx + r, cy + r * 0.7)
        draw = random.choice((pen.ellipse, pen.rectangle))
        draw(box, fill=random.choice(colours), outline=(70, 70, 70))


def _bin(pen: Pen, random: Random) -> None:
    for place in range(3):
        x = 320 + place * 150
        pen.rectangle((x, 470, x + 105, 650), fill=(54, 112, 84), outline=(30, 70, 50), width=4)
        for _each in range(7):
            cx, cy = x + random.randint(-10, 110), random.randint(425, 480)
            pen.ellipse((cx - 30, cy - 22, cx + 30, cy + 22), fill=(48, 50, 56))
    _heap(pen, random)


def _gravel(pen: Pen, random: Random) -> None:
    for _each in range(900):
        x, y, r = random.gauss(520, 190), random.gauss(620, 34), random.randint(2, 8)
        shade = random.randint(90, 190)
        pen.ellipse((x - r, y - r, x + r, y + r), fill=(shade, shade - 12, shade - 30))


def _stall(pen: Pen, random: Random) -> None:
    for place in range(2):
        x = 260 + place * 290
        pen.polygon(((x - 30, 400), (x + 230, 400), (x + 200, 350), (x, 350)), fill=(196, 74, 60))
        pen.rectangle((x, 500, x + 200, 600), fill=(160, 122, 84))
        for post in (x, x + 196):
            pen.rectangle((post, 400, post + 6, 600), fill=(110, 110, 110))
        for _each in range(36):
            cx, cy = x + random.randint(10, 190), random.randint(480, 510)
            fruit = random.choice([(214, 60, 40), (238, 170, 40), (120, 160, 60)])
            pen.ellipse((cx - 13, cy - 13, cx + 13, cy + 13), fill=fruit)


def _car(pen: Pen, random: Random) -> None:
    for place in range(3):
        x, y = 150 + place * 260 + random.randint(-20, 20), 560
        body = random.choice([(60, 72, 96), (198, 200, 202), (140, 44, 44), (40, 44, 48)])
        pen.rounded_rectangle((x, y - 60, x + 230, y + 20), 22, fill=body)
        pen.polygon(
            ((x + 40, y - 56), (x + 72, y - 106), (x + 160, y - 106), (x + 196, y - 56)), fill=body
        )
        pen.polygon(
            ((x + 56, y - 58), (x + 80, y - 96), (x + 152, y - 96), (x + 180, y - 58)),
            fill=(158, 184, 198),
        )
        for wheel in (x + 50, x + 180):
            pen.ellipse((wheel - 26, y - 6, wheel + 26, y + 46), fill=(28, 28, 30))


def _hole(pen: Pen, random: Random) -> None:
    x, y = random.randint(380, 640), 640
    points = [
        (x + dx * random.uniform(0.75, 1.15), y + dy * random.uniform(0.7, 1.2))
        for dx, dy in ((-160, 0), (-100, -46), (0, -60), (110, -44), (170, 4), (90, 50), (-70, 52))
    ]
    pen.polygon(points, fill=(44, 42, 42), outline=(150, 148, 144), width=8)
    for cone in (x - 230, x + 240):
        pen.polygon(((cone - 34, 680), (cone + 34, 680), (cone, 570)), fill=(226, 104, 42))
        pen.polygon(
            ((cone - 20, 634), (cone + 20, 634), (cone + 12, 608), (cone - 12, 608)), "white"
        )


def _cable(pen: Pen, random: Random) -> None:
    for place in range(4):
        sag = 250 + place * 60 + random.randint(0, 40)
        pen.arc((40, 140 - sag, 980, 180 + sag), 20, 160, fill=(30, 30, 32), width=5)
    for x in (60, 960):
        pen.rectangle((x - 9, 90, x + 9, 560), fill=(120, 112, 100))


def _smoke(pen: Pen, random: Random) -> None:
    x, y = random.randint(420, 600), 560
    for step in range(34):
        r = 14 + step * 5
        cx, cy = x + step * random.randint(2, 9), y - step * 15
        shade = 120 + step * 2
        pen.ellipse((cx - r, cy - r * 0.7, cx + r, cy + r * 0.7), fill=(shade, shade, shade))
    for _each in range(18):
        cx, high = x + random.randint(-50, 50), random.randint(30, 90)
        pen.polygon(
            ((cx - 14, y), (cx + 14, y), (cx, y - high)),
            fill=random.choice([(238, 130, 40), (244, 190, 70), (214, 74, 36)]),
        )


def _water(pen: Pen, random: Random) -> None:
    pen.ellipse((120, 520, 930, 720), fill=(126, 122, 108))
    for _each in range(60):
        x, y = random.randint(200, 820), random.randint(550, 690)
        pen.line((x, y, x + random.randint(20, 90), y), fill=(158, 160, 152), width=2)


def _lamp(pen: Pen, random: Random) -> None:
    pen.rectangle((0, 0, *SIZE), fill=(26, 30, 44))
    pen.rectangle((0, 560, *SIZE), fill=(38, 40, 48))
    for place, x in enumerate((180, 520, 860)):
        pen.rectangle((x - 6, 180, x + 6, 600), fill=(84, 88, 98))
        pen.rectangle((x, 176, x + 80, 188), fill=(84, 88, 98))
        if place == random.choice((0, 2)):
            pen.polygon(((x + 76, 190), (x - 40, 600), (x + 200, 600)), fill=(92, 88, 62))
            pen.ellipse((x + 62, 184, x + 92, 204), fill=(250, 236, 170))


def _sign(pen: Pen, random: Random) -> None:
    x = random.randint(300, 460)
    pen.polygon(
        ((x, 210), (x + 340, 190), (x + 344, 290), (x + 4, 322)),
        fill=(200, 50, 60),
        outline=(250, 220, 120),
        width=10,
    )
    for line in range(4):
        pen.line((x + 40, 240 + line * 18, x + 300, 226 + line * 18), fill=(250, 234, 180), width=6)


def _weeds(pen: Pen, random: Random) -> None:
    pen.polygon(((120, 740), (250, 500), (800, 500), (930, 740)), fill=(120, 98, 70))
    for _each in range(140):
        x, y = random.randint(200, 850), random.randint(510, 730)
        pen.line((x, y, x + random.randint(-8, 8), y - random.randint(14, 34)), (72, 128, 58), 5)


def _people(pen: Pen, random: Random) -> None:
    for place in range(4):
        x = 260 + place * 150 + random.randint(-20, 20)
        coat = random.choice([(60, 84, 124), (150, 60, 60), (80, 110, 84), (110, 110, 116)])
        pen.ellipse((x - 28, 400, x + 28, 458), fill=(222, 188, 160))
        pen.rounded_rectangle((x - 44, 458, x + 44, 590), 24, fill=coat)
        pen.rectangle((x - 34, 588, x - 6, 690), fill=(52, 54, 62))
        pen.rectangle((x + 6, 588, x + 34, 690), fill=(52, 54, 62))


def _nets(pen: Pen, random: Random) -> None:
    for _each in range(90):
        x, y = random.gauss(520, 130), random.gauss(620, 36)
        pen.arc((x - 50, y - 24, x + 50, y + 24), 0, random.randint(90, 360), (46, 110, 96), 3)
    for _each in range(24):
        x, y = random.gauss(520, 170), random.gauss(620, 44)
        pen.ellipse((x - 16, y - 16, x + 16, y + 16), fill=(236, 236, 228))


def _boat(pen: Pen, random: Random) -> None:
    x = random.randint(260, 420)
    pen.polygon(((x, 470), (x + 420, 450), (x + 360, 560), (x + 60, 560)), fill=(58, 92, 140))
    pen.rectangle((x + 130, 380, x + 260, 466), fill=(226, 226, 220))
    pen.line((x + 300, 455, x + 300, 250), fill=(90, 80, 70), width=8)


def _extinguisher(pen: Pen, random: Random) -> None:
    for x in (480, 570):
        pen.rounded_rectangle((x, 380, x + 64, 590), 26, fill=(196, 40, 36))
        pen.rectangle((x + 22, 350, x + 42, 384), fill=(40, 40, 42))
        pen.ellipse((x + 18, 420, x + 46, 448), fill=(240, 240, 236))
        pen.line((x + 32, 434, x + 22 + random.randint(0, 4), 426), fill=(200, 30, 30), width=3)


def _ruin(pen: Pen, random: Random) -> None:
    pen.polygon(
        ((240, 600), (240, 330), (430, 300), (520, 380), (760, 360), (760, 600)), (158, 126, 104)
    )
    crack = [(430, 300)]
    while crack[-1][1] < 600:
        x, y = crack[-1]
        crack.append((x + random.randint(-24, 30), y + random.randint(20, 46)))
    pen.line(crack, fill=(60, 46, 40), width=8)
    pen.line((180, 640, 860, 620), fill=(230, 190, 40), width=10)


SCENES: dict[str, Callable[[Pen, Random], None]] = {
    "rubbish": _heap,
    "bin": _bin,
    "road": _gravel,
    "stall": _stall,
    "tree": _weeds,
    "sign": _sign,
    "car": _car,
    "hole": _hole,
    "cable": _cable,
    "smoke": _smoke,
    "talk": _people,
    "heat": _people,
    "lamp": _lamp,
    "water": _water,
    "beach": _nets,
    "boat": _boat,
    "fire": _extinguisher,
    "house": _ruin,
}

_BACKGROUNDS: dict[str, Callable[[Pen, Random], None]] = {
    "beach": _shore,
    "boat": _shore,
    "smoke": _hill,
    "house": _hill,
    "fire": _hall,
    "heat": _hall,
}
