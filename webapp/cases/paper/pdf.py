"""The PDF of a case: its sheet with its photos."""

from __future__ import annotations

from weasyprint.document import Document

from webapp.base import paper
from webapp.cases.models import Case


def made(sheet: str, case: Case) -> bytes:
    """The PDF of a sheet; `photo:12` in it is the photo of the case with this key."""
    body: bytes = laid_out(sheet, case).write_pdf()
    return body


def laid_out(sheet: str, case: Case) -> Document:
    """The pages of a sheet before they are written."""
    return paper.laid_out(sheet, {str(each.id): each.file for each in case.media})
