"""PDF: a sheet of HTML with the photos of one case, and nothing fetched from anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.urls import URLFetcher, URLFetcherResponse

from webapp.base import files
from webapp.base.files import StoredFile
from webapp.cases.models import Case

# The same styles as the page that is printed, and the sheet of paper.
_STYLES = Path(__file__).parents[3] / "static" / "css"
_SHEETS = tuple(_STYLES / name for name in ("tokens.css", "sheet.css", "pdf.css"))


class _Photos(URLFetcher):  # type: ignore[misc]  # WeasyPrint comes without types
    """Hands out the photos of one case by `photo:12`, and knows no other address."""

    def __init__(self, photos: dict[str, StoredFile]) -> None:
        super().__init__()
        self.photos = photos

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The photo; `ValueError` for any other address."""
        scheme, _colon, key = url.partition(":")
        file = self.photos.get(key)
        if scheme != "photo" or file is None:
            raise ValueError(f"nothing is fetched for paper: {url}")
        body = files.path_of(file).read_bytes()
        return URLFetcherResponse(url, body, {"Content-Type": file.media_type})


def made(sheet: str, case: Case) -> bytes:
    """The PDF of a sheet; `photo:12` in it is the photo of the case with this key."""
    body: bytes = laid_out(sheet, case).write_pdf()
    return body


def laid_out(sheet: str, case: Case) -> Document:
    """The pages of a sheet before they are written."""
    photos = {str(each.id): each.file for each in case.media}
    styles = [CSS(filename=str(each)) for each in _SHEETS]
    return HTML(string=sheet, url_fetcher=_Photos(photos)).render(stylesheets=styles)
