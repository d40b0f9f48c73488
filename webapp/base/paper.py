"""Paper: a sheet of HTML becomes a PDF, with the pictures it names and nothing from anywhere else.

Setting paper takes fonts and half a second to load: whoever prints imports this when they do.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.urls import URLFetcher, URLFetcherResponse

from webapp.base import files
from webapp.base.files import StoredFile

# The same styles as the page that is printed, and the sheet of paper.
_STYLES = Path(__file__).parents[2] / "static" / "css"
_SHEETS = tuple(_STYLES / name for name in ("tokens.css", "sheet.css", "pdf.css"))


# Photos by the names that a sheet calls them; what was drawn just now comes as the PNG itself.
Photos = Mapping[str, StoredFile | bytes]


class _Photos(URLFetcher):  # type: ignore[misc]  # WeasyPrint comes without types
    """Hands out some photos by `photo:12`, and knows no other address."""

    def __init__(self, photos: Photos) -> None:
        super().__init__()
        self.photos = photos

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The photo; `ValueError` for any other address."""
        scheme, _colon, key = url.partition(":")
        file = self.photos.get(key)
        if scheme != "photo" or file is None:
            raise ValueError(f"nothing is fetched for paper: {url}")
        if isinstance(file, bytes):
            return URLFetcherResponse(url, file, {"Content-Type": "image/png"})
        body = files.body_of(file)
        return URLFetcherResponse(url, body, {"Content-Type": file.media_type})


def made(sheet: str, photos: Photos | None = None) -> bytes:
    """The PDF of a sheet; `photo:12` in it is the photo with this key."""
    body: bytes = laid_out(sheet, photos).write_pdf()
    return body


def laid_out(sheet: str, photos: Photos | None = None) -> Document:
    """The pages of a sheet before they are written."""
    styles = [CSS(filename=str(each)) for each in _SHEETS]
    return HTML(string=sheet, url_fetcher=_Photos(photos or {})).render(stylesheets=styles)
