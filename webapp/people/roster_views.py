"""The Excel import of people and posts: a template, a look at what would happen, and then all of it."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import page, sent_file
from webapp.people import entry, roster, workbook
from webapp.people.forms import again

bp = Blueprint("roster", __name__, url_prefix="/people/roster")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@permit("people.manage")
def show() -> Response:
    """The page that takes a workbook."""
    return page("people/roster.html", columns=roster.COLUMNS, errors={}, sent={})


@bp.get("/template.xlsx")
@permit("people.manage")
def template() -> Response:
    """A workbook to fill in."""
    answer = Response(roster.template(), mimetype=XLSX)
    answer.headers["Content-Disposition"] = 'attachment; filename="people.xlsx"'
    return answer


@bp.post("")
@permit("people.manage")
def look() -> ResponseReturnValue:
    """What the workbook would do, row by row; nothing is written."""
    try:
        body = sent_file(workbook.MOST_BYTES + 1, _l("Choose a workbook."))
        entries, faults = roster.read(body)
        outcome = roster.tried(entries, by=me())
    except Refusal as refusal:
        return again("people/roster.html", refusal, columns=roster.COLUMNS)
    outcome.faults = sorted([*faults, *outcome.faults], key=lambda each: each.row)
    return page(
        "people/roster_preview.html",
        status=422 if outcome.faults else 200,
        entries=entries,
        outcome=outcome,
        sealed=None if outcome.faults else roster.sealed(entries, by=me()),
    )


@bp.post("/apply")
@permit("people.manage")
def apply() -> ResponseReturnValue:
    """Everything of the list is written, or nothing where something changed meanwhile."""
    try:
        entries = roster.unsealed(request.form.get("sealed", ""), by=me())
        outcome = roster.carry_out(entries, by=me())
    except Refusal as refusal:
        return again("people/roster.html", refusal, columns=roster.COLUMNS)
    if outcome.faults:
        db.session.rollback()
        return page(
            "people/roster_preview.html",
            status=409,
            entries=entries,
            outcome=outcome,
            sealed=None,
        )
    links = [
        (account, url_for("people.link", text=entry.link_for(account), _external=True))
        for account in outcome.accounts
        if account.username
    ]
    return page("people/roster_done.html", outcome=outcome, links=links)
