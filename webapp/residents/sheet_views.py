"""The page of a workbook by which residents are brought in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import page, sent_file
from webapp.people import workbook
from webapp.people.forms import again
from webapp.residents import importing, sheet

bp = Blueprint("household_sheets", __name__, url_prefix="/households")


@bp.get("/import")
@permit("households.import")
def import_form() -> Response:
    """The form for a workbook of residents."""
    return page("households/import.html", outcome=None, errors={}, **_words())


@bp.post("/import")
@permit("households.import")
def import_file() -> Response:
    """Everybody of the workbook is known, or nobody, with what is wrong in which row."""
    try:
        outcome = importing.carry_out(sent_file(workbook.MOST_BYTES + 1), by=me())
    except Refusal as refusal:
        return again("households/import.html", refusal, outcome=None, **_words())
    status = 422 if outcome.faults else 200
    return page("households/import.html", status=status, outcome=outcome, errors={}, **_words())


def _words() -> dict[str, Any]:
    return {"columns": sheet.columns(), "needed": sheet.NEEDED, "most": importing.MOST_ROWS}
