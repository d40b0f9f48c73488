"""Pages of workbooks: residents brought in, or taken out for a purpose."""

from __future__ import annotations

import tempfile
from typing import IO, Any, cast

from flask import Blueprint, Response, request, send_file
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import page, sent_file
from webapp.grids import queries as grids
from webapp.people import days, workbook
from webapp.people.forms import again
from webapp.residents import exporting, importing, list_queries, sheet
from webapp.residents.forms import ExportForm

bp = Blueprint("household_sheets", __name__, url_prefix="/households")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
IN_MEMORY = 1024 * 1024


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


@bp.get("/export")
@permit("households.export")
def export_form() -> Response:
    """What is taken out, and what for."""
    return page("households/export.html", errors={}, sent={}, **_grids())


@bp.post("/export")
@permit("households.export")
def export() -> ResponseReturnValue:
    """The workbook, for a purpose that stands in the log of each building from now on."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # the answer closes it
    try:
        said = ExportForm.read(request)
        grid = grids.one(said.grid) if said.grid else None
        exporting.write(
            cast(Any, out), grid_id=grid.id if grid else None, purpose=said.purpose, by=me()
        )
    except Refusal as refusal:
        return again("households/export.html", refusal, **_grids())
    out.seek(0)
    name = f"residents-{days.today().isoformat()}.xlsx"
    answer = send_file(cast(IO[bytes], out), mimetype=XLSX, as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _words() -> dict[str, Any]:
    return {"columns": sheet.COLUMNS, "needed": sheet.NEEDED, "most": importing.MOST_ROWS}


def _grids() -> dict[str, Any]:
    return {"grids": list_queries.grids_of(me(), "households.export")}
