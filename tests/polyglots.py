"""Files that are two kinds at once: each reads as a picture or a paper to one program, as more to another."""

from __future__ import annotations

import io
import zipfile

from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo

SCRIPT = b"<script>alert(1)</script>"
# What begins so is a picture too: it may be kept, as we draw it anew.
DRAWN = ("jpeg", "png", "webp")


def _picture(kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (120, 80, 40)).save(out, kind, **more)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("index.html", SCRIPT)
    return out.getvalue()


def _described() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SCRIPT.decode()
    exif[ExifTags.Base.Make] = SCRIPT.decode()
    return exif


def _told() -> PngInfo:
    told = PngInfo()
    told.add_text("Comment", SCRIPT.decode())
    return told


def pdf() -> bytes:
    """One empty page that runs a script where a reader runs any."""
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, begin = len(parts) + 1, len(body)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, begin)
    )


POLYGLOTS = {
    "gif-and-script": b"GIF89a/*\x00\x00\x01*/=1;alert(1)//" + SCRIPT,
    "svg-as-png": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>"
    + SCRIPT
    + b"</svg>",
    "html-as-jpg": b"<!doctype html>" + SCRIPT,
    "bmp-and-script": b"BM=1;alert(1)//" + SCRIPT,
    "jpeg-with-a-comment": _picture("JPEG", comment=SCRIPT),
    "jpeg-with-words-of-a-camera": _picture("JPEG", exif=_described()),
    "jpeg-and-page": _picture("JPEG") + b"<html>" + SCRIPT,
    "jpeg-and-zip": _picture("JPEG") + _zip(),
    "png-with-words": _picture("PNG", pnginfo=_told()),
    "png-and-pdf": _picture("PNG") + pdf(),
    "webp-with-words": _picture("WEBP", xmp=SCRIPT),
    "pdf-and-zip": pdf() + _zip(),
    "zip-and-pdf": _zip() + pdf(),
}
