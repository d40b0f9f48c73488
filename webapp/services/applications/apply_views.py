"""Pages to apply: one item with how long it will take, the form for oneself, the form for somebody else."""

from __future__ import annotations

import uuid

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import clock
from webapp.base.access import me, permit, public
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import afresh, goto, page
from webapp.services.applications import actions, materials, papers, queries, shown
from webapp.services.applications.actions import Given
from webapp.services.applications.forms import ApplyForm, MandateForm, nonempty
from webapp.services.applications.models import Application
from webapp.services.applications.rules import MANDATED_WORDS
from webapp.services.items import queries as items
from webapp.services.items.models import ItemVersion
from webapp.services.items.rules import (
    ACCEPT,
    BASIS_WORDS,
    FIELD_WORDS,
    KIND_WORDS,
    STEP_WORDS,
)

bp = Blueprint("apply", __name__, url_prefix="/services/<code>")


@bp.get("")
@permit("services.see", of=items.one)
def item(version: ItemVersion) -> Response:
    """One item: for whom, with which papers, how long, who decides, and the way to apply."""
    return page(
        "services/item.html",
        version=version,
        rules=version.said,
        versions=items.versions(version.item_id),
        forecast=shown.forecast(version),
        moment=shown.moment,
        field_words=FIELD_WORDS,
        kind_words=KIND_WORDS,
        basis_words=BASIS_WORDS,
        step_words=STEP_WORDS,
        accept=ACCEPT,
    )


@bp.get("/apply")
@public("leads to the sign-in by phone, and then to the form")
def new(code: str) -> ResponseReturnValue:
    """The form for oneself; whoever has not signed in does so by phone first."""
    if me().id is None:
        return redirect(url_for("people.phone", next=url_for("apply.new", code=code)), 303)
    answer: ResponseReturnValue = _new(code=code)
    return answer


@permit("applications.make", of=items.one)
def _new(version: ItemVersion) -> ResponseReturnValue:
    return _form(version, for_other=False)


@bp.post("/apply")
@permit("applications.make", of=items.one)
def send(version: ItemVersion) -> ResponseReturnValue:
    """The application is submitted, or kept as a draft while something is missing."""
    return _send(version, for_other=False)


@bp.get("/assist")
@permit("applications.assist", of=items.one)
def new_for(version: ItemVersion) -> Response:
    """The form in the place of somebody, with their mandate."""
    return _form(version, for_other=True)


@bp.post("/assist")
@permit("applications.assist", of=items.one)
def send_for(version: ItemVersion) -> ResponseReturnValue:
    """The application of somebody else is submitted, or kept as a draft."""
    return _send(version, for_other=True)


def _form(version: ItemVersion, *, for_other: bool, refusal: Refusal | None = None) -> Response:
    sent = request.form
    keys = [each.key for each in version.said.materials]
    account = None if for_other else me().id
    return page(
        "services/apply.html",
        status=refusal.status if refusal else 200,
        version=version,
        rules=version.said,
        for_other=for_other,
        sent=sent,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
        communities=queries.grids_by_community(),
        on_file=queries.on_file(account, keys),
        mandated=MANDATED_WORDS,
        forecast=shown.forecast(version),
        moment=shown.moment,
        mark=sent.get("client_id") or uuid.uuid4(),
    )


def _send(version: ItemVersion, *, for_other: bool) -> ResponseReturnValue:
    code = version.item.code
    try:
        form = ApplyForm.of(nonempty(request.form.to_dict()))
        application = _begun(version, form, for_other=for_other)
        if not application.replayed:
            keep_papers(application)
    except Refusal as refusal:
        again = afresh(refusal, lambda: items.one(code))
        return _form(again, for_other=for_other, refusal=refusal)
    if application.replayed or form.keep:
        return goto("matters.one", application_id=application.id)
    application_id = application.id
    try:
        # What was filled in and photographed stays, whatever is still missing.
        with db.session.begin_nested():
            actions.submit(application, by=me())
    except Refusal:
        return redirect(url_for("matters.one", application_id=application_id, tried=1), 303)
    return goto("matters.one", application_id=application_id)


def _begun(version: ItemVersion, form: ApplyForm, *, for_other: bool) -> Application:
    given = None
    if for_other:
        said = MandateForm.read(request)
        given = Given(said.how, said.mandate, clock.now(), _mandate_paper())
    return actions.begin(
        version,
        by=me(),
        sent=request.form,
        grid_id=form.grid,
        home_service=form.home_service,
        mandate=given,
        client_id=form.client_id,
    )


def _mandate_paper() -> int | None:
    """The key of the page on which the mandate stands; None where it was given by word of mouth."""
    upload = request.files.get("mandate_file")
    if upload is None or not upload.filename:
        return None
    pages = papers.keep(upload.stream, by=me())
    if len(pages) > 1:
        words = _l("The mandate stands on one page.")
        raise Unacceptable(words, fields={"mandate_file": words})
    return pages[0].id


def keep_papers(application: Application) -> None:
    """The papers that this request brings belong to the application: used again, by licence, or as pictures."""
    for each in application.item.said.materials:
        streams = [
            upload.stream
            for upload in request.files.getlist(f"paper.{each.key}")
            if upload.filename
        ]
        licence = request.form.get(f"licence.{each.key}", "").strip()[:60]
        if streams:
            materials.add(application, each.key, streams, by=me())
        elif request.form.get(f"again.{each.key}"):
            materials.use_again(application, each.key, by=me())
        elif licence:
            materials.by_licence(application, each.key, licence, by=me())
