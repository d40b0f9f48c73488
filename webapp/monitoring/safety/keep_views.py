"""Pages by which a safety profile is kept: hazard points, key procedures, what watches them, licences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base import files
from webapp.base.access import me, permit
from webapp.base.files import StoredFile
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.monitoring.safety import actions, queries, shown
from webapp.monitoring.safety.forms import (
    LicenceForm,
    PointForm,
    ProcedureForm,
    RenewForm,
    WatchForm,
)
from webapp.monitoring.safety.models import Licence, Profile
from webapp.monitoring.safety.views import about

bp = Blueprint("safety_keep", __name__, url_prefix="/safety")


@bp.post("/enterprises/<int:profile_id>/points")
@permit("safety.keep", of=queries.profile)
def add_point(profile: Profile) -> ResponseReturnValue:
    """The enterprise has a hazard point more."""
    return _kept(
        profile,
        lambda: actions.add_point(profile, PointForm.read(request), by=me()),
        at="points",
    )


@bp.post("/enterprises/<int:profile_id>/points/<int:point_id>/close")
@permit("safety.keep", of=lambda profile_id, point_id: queries.profile(profile_id))
def close_point(profile: Profile) -> ResponseReturnValue:
    """A hazard point is gone."""
    point = queries.point(profile.id, int(part_of_address("point_id")))
    if point is not None:
        actions.close_point(profile, point, by=me())
    return _back(profile.id, "points")


@bp.post("/enterprises/<int:profile_id>/procedures")
@permit("safety.keep", of=queries.profile)
def add_procedure(profile: Profile) -> ResponseReturnValue:
    """The enterprise has a key procedure more."""
    return _kept(
        profile,
        lambda: actions.add_procedure(profile, ProcedureForm.read(request), by=me()),
        at="procedures",
    )


@bp.post("/enterprises/<int:profile_id>/procedures/<int:procedure_id>/close")
@permit("safety.keep", of=lambda profile_id, procedure_id: queries.profile(profile_id))
def close_procedure(profile: Profile) -> ResponseReturnValue:
    """A key procedure is gone."""
    procedure = queries.procedure(profile.id, int(part_of_address("procedure_id")))
    if procedure is not None:
        actions.close_procedure(profile, procedure, by=me())
    return _back(profile.id, "procedures")


@bp.post("/enterprises/<int:profile_id>/<any(points, procedures):kind>/<int:watched_id>/watches")
@permit("safety.keep", of=lambda profile_id, kind, watched_id: queries.profile(profile_id))
def watch(profile: Profile) -> ResponseReturnValue:
    """A camera, a zone or a sensor watches a hazard point or a procedure."""
    kind = part_of_address("kind")
    find: Any = queries.point if kind == "points" else queries.procedure
    watched = find(profile.id, int(part_of_address("watched_id")))
    if watched is None:
        abort(404)
    return _kept(
        profile,
        lambda: actions.watch(profile, watched, WatchForm.read(request).device, by=me()),
        at=kind,
        watched=f"{kind}-{watched.id}",
    )


@bp.post("/enterprises/<int:profile_id>/watches/<int:watch_id>/end")
@permit("safety.keep", of=lambda profile_id, watch_id: queries.profile(profile_id))
def unwatch(profile: Profile) -> ResponseReturnValue:
    """Something watches no more."""
    found = queries.watch(profile.id, int(part_of_address("watch_id")))
    if found is not None:
        actions.unwatch(profile, found, by=me())
    return _back(profile.id, "points")


@bp.post("/enterprises/<int:profile_id>/licences")
@permit("safety.keep", of=queries.profile)
def add_licence(profile: Profile) -> ResponseReturnValue:
    """The enterprise has a licence more, with its picture if one came."""
    return _kept(
        profile,
        lambda: actions.add_licence(profile, LicenceForm.read(request), _picture(), by=me()),
        at="licences",
    )


@bp.get("/licences/<int:licence_id>")
@permit("safety.see", of=queries.licence)
def licence(licence: Licence) -> Response:
    """One licence: until when it holds, and the form that renews it."""
    sent = {name: getattr(licence, name) for name in ("number", "issued_on", "expires_on")}
    return page(
        "monitoring/safety/licence.html", licence=licence, errors={}, sent=sent, **shown.words()
    )


@bp.post("/licences/<int:licence_id>/renew")
@permit("safety.keep", of=queries.licence)
def renew(licence: Licence) -> ResponseReturnValue:
    """The licence holds until another day."""
    key = licence.id
    try:
        actions.renew_licence(licence, RenewForm.read(request), _picture(), by=me())
    except Refusal as refusal:
        kept = afresh(refusal, lambda: queries.licence(key))
        return page(
            "monitoring/safety/licence.html",
            status=refusal.status,
            licence=kept,
            errors=_errors(refusal),
            sent=request.form,
            **shown.words(),
        )
    return _back(licence.profile_id, "licences")


@bp.post("/licences/<int:licence_id>/close")
@permit("safety.keep", of=queries.licence)
def close_licence(licence: Licence) -> ResponseReturnValue:
    """The enterprise wants this licence no more."""
    actions.close_licence(licence, by=me())
    return _back(licence.profile_id, "licences")


@bp.get("/licences/<int:licence_id>/file")
@permit("safety.paper", of=queries.licence)
def file(licence: Licence) -> Response:
    """The picture of a licence."""
    if licence.file is None:
        abort(404)
    return files.answer(licence.file)


def _picture() -> StoredFile | None:
    upload = request.files.get("photo")
    return files.keep_picture(upload.stream, by=me()) if upload and upload.filename else None


def _errors(refusal: Refusal) -> dict[str, Any]:
    return refusal.fields or {"form": refusal.words}


def _kept(
    profile: Profile, deed: Callable[[], object], *, at: str, watched: str | None = None
) -> ResponseReturnValue:
    key = profile.id
    try:
        deed()
    except Refusal as refusal:
        kept = afresh(refusal, lambda: queries.profile(key))
        return page(
            "monitoring/safety/one.html",
            status=refusal.status,
            **about(kept),
            errors=_errors(refusal),
            sent=request.form,
            at=watched or at,
        )
    return _back(key, at)


def _back(profile_id: int, at: str) -> Response:
    return goto("safety.one", profile_id=profile_id, _anchor=at)
