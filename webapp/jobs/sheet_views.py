"""The Excel import and export of postings and seekers: a template, a look at what would happen, all of it."""

from __future__ import annotations

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import goto, page, sent_file, undone
from webapp.jobs import desk_queries as desk, sheets
from webapp.people import workbook

bp = Blueprint("job_sheets", __name__, url_prefix="/jobs/desk/sheets")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BACK = {"postings": "job_desk.postings", "seekers": "job_desk.seekers"}
_KIND = "<any(postings, seekers):kind>"


@bp.get("/postings.xlsx")
@permit("jobs.desk")
def postings() -> Response:
    """The postings I may see, as a workbook."""
    return _sent(sheets.of_postings(desk.exported_postings(me())), "postings")


@bp.get("/seekers.xlsx")
@permit("jobs.desk")
def seekers() -> Response:
    """The seekers I may see, as a workbook without names and numbers."""
    return _sent(sheets.of_seekers(desk.exported_seekers(me())), "seekers")


@bp.get(f"/{_KIND}")
@permit("jobs.import")
def show(kind: str) -> Response:
    """The page that takes a workbook."""
    return _form(kind)


@bp.get(f"/{_KIND}/template.xlsx")
@permit("jobs.import")
def template(kind: str) -> Response:
    """A workbook to fill in."""
    return _sent(sheets.template(kind), f"{kind}-template")


@bp.post(f"/{_KIND}")
@permit("jobs.import")
def look(kind: str) -> ResponseReturnValue:
    """What the workbook would do, row by row; nothing is written."""
    try:
        body = sent_file(workbook.MOST_BYTES + 1, _l("Choose a workbook."))
        entries, faults = sheets.read(kind, body)
        outcome = sheets.tried(kind, [] if faults else entries, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form(kind, refusal)
    outcome.faults = sorted([*faults, *outcome.faults], key=lambda each: each.row)
    return page(
        "jobs/sheet_preview.html",
        status=422 if outcome.faults else 200,
        kind=kind,
        entries=entries,
        outcome=outcome,
        sealed=None if outcome.faults else sheets.sealed(kind, entries, by=me()),
    )


@bp.post(f"/{_KIND}/apply")
@permit("jobs.import")
def apply(kind: str) -> ResponseReturnValue:
    """Everything of the list is written, or nothing where something changed meanwhile."""
    try:
        entries = sheets.unsealed(kind, request.form.get("sealed", ""), by=me())
    except Refusal as refusal:
        undone(refusal)
        return _form(kind, refusal)
    outcome = sheets.carry_out(kind, entries, by=me())
    if outcome.faults:
        db.session.rollback()
        return page(
            "jobs/sheet_preview.html",
            status=409,
            kind=kind,
            entries=entries,
            outcome=outcome,
            sealed=None,
        )
    return goto(BACK[kind])


def _form(kind: str, refusal: Refusal | None = None) -> Response:
    return page(
        "jobs/sheet.html",
        status=refusal.status if refusal else 200,
        kind=kind,
        back=BACK[kind],
        columns=sheets.KINDS[kind],
        errors=refusal.fields if refusal else {},
    )


def _sent(body: bytes, name: str) -> Response:
    answer = Response(body, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer
