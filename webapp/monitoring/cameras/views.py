"""Pages of the cameras: list, one, form, import, coverage, and those that see the place of a case."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base.access import me, permit
from webapp.base.datum import Datum
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import Form, PurposeForm, goto, page, sent_file
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.monitoring.cameras import actions, importing, queries, reading
from webapp.monitoring.cameras.forms import CameraForm, ListForm, TreeForm
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.cameras.rules import (
    BLIND_FROM_M2,
    BRANCH_WORDS,
    KIND_WORDS,
    PRIVACY_WORDS,
    RETENTION_WORDS,
    SEEN_WORDS,
    STATUS_CHIPS,
    STATUS_WORDS,
)
from webapp.people import queries as people
from webapp.people.forms import ReasonForm, again

bp = Blueprint("cameras", __name__)

# Cameras that somebody writes down here one by one.
BY_HAND = "hand"

# What the address of the form of a new camera may say.
ON_THE_GROUND = frozenset(("lon", "lat", "bearing", "fov", "range_m", "mount_height_m"))

DATUMS = (
    (Datum.WGS84, _l("This map, a phone or GPS (WGS 84)")),
    (Datum.CGCS2000, _l("Tianditu or a survey (CGCS2000)")),
    (Datum.GCJ02, _l("Amap or Tencent (GCJ-02)")),
    (Datum.BD09, _l("Baidu (BD-09)")),
)

# What the log of a camera calls what was done.
DONE = {
    "create": _l("Created"),
    "change": _l("Changed"),
    "hear": _l("Heard of"),
    "reveal": _l("Addresses shown"),
    "relocate": _l("Follows new borders"),
    "close": _l("Taken away"),
    "look": _l("Looked at"),
    "replay": _l("Recording looked at"),
    "zone_draw": _l("Zone drawn"),
    "zone_change": _l("Zone changed"),
    "zone_remove": _l("Zone removed"),
    "ground": _l("Placed on the ground"),
    "steer": _l("How it is told to turn was said"),
    "steer_no_more": _l("Not told to turn any more"),
    "presets": _l("Presets read"),
    "aim": _l("Said whither a preset looks"),
    "turn": _l("Told to turn"),
}

ADDRESS_WORDS = {
    "stream": _l("Stream address"),
    "snapshot": _l("Snapshot address"),
    "webrtc": _l("Live page of a media server"),
}


class ImportForm(Form):
    """Whose list it is, and what its coordinates are measured against."""

    source: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9_-]*$")
    datum: Datum = Datum.WGS84


@bp.get("/cameras")
@permit("cameras.see")
def listed() -> Response:
    """The cameras one may see, found by words, kind, status or grid."""
    wish = ListForm.of(request.args.to_dict())
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(),
        words=wish.q,
        kind=wish.kind,
        status=wish.status,
        grid_id=grid.id if grid else None,
        owner=wish.owner,
        after=wish.after,
    )
    return page(
        "cameras/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        counts=queries.counts(me()),
        **_words(),
    )


@bp.get("/cameras/tree")
@told_then
@permit("cameras.see")
def tree() -> Response:
    """The cameras one may see as a tree: by owner, grid, kind, or how long their recordings are kept."""
    by = TreeForm.of(request.args.to_dict()).branch
    found = queries.tree(me(), by)
    return page(
        "cameras/tree.html",
        found=found,
        by=by,
        branches=BRANCH_WORDS,
        cut=sum(len(each.cameras) for each in found) >= queries.MOST_IN_TREE,
        most=queries.MOST_IN_TREE,
        **_words(),
    )


@bp.get("/cameras/<int:camera_id>")
@permit("cameras.see", of=queries.one)
def one(camera: Camera) -> Response:
    """One camera: where it stands, what it sees, what was done with it."""
    return page("cameras/one.html", **_one(camera))


@bp.get("/cameras/new")
@permit("cameras.keep")
def new() -> Response:
    """The form of a new camera, with what its address says of it already."""
    sent = {name: value for name, value in request.args.items() if name in ON_THE_GROUND}
    return page("cameras/form.html", camera=None, errors={}, sent=sent, **_words())


@bp.post("/cameras")
@permit("cameras.keep")
def create() -> ResponseReturnValue:
    """The camera is in the catalogue."""
    try:
        form = CameraForm.read(request)
        made = actions.register(form.described(), source=BY_HAND, external_id=form.code, by=me())
    except Refusal as refusal:
        return again("cameras/form.html", refusal, camera=None, **_words())
    return goto("cameras.one", camera_id=made.id)


@bp.get("/cameras/<int:camera_id>/change")
@permit("cameras.keep", of=queries.one)
def change_form(camera: Camera) -> Response:
    """The form of a camera."""
    return page("cameras/form.html", camera=camera, errors={}, sent=_as_sent(camera), **_words())


@bp.post("/cameras/<int:camera_id>/change")
@permit("cameras.keep", of=queries.one)
def change(camera: Camera) -> ResponseReturnValue:
    """The camera is described like this now."""
    try:
        sent = {name: value for name, value in request.form.items() if value}
        form = CameraForm.of({**sent, "code": camera.external_id})
        actions.change(camera, form.described(), base_version=form.version, by=me())
    except Refusal as refusal:
        return again("cameras/form.html", refusal, camera=camera, **_words())
    return goto("cameras.one", camera_id=camera.id)


@bp.post("/cameras/<int:camera_id>/close")
@permit("cameras.keep", of=queries.one)
def close(camera: Camera) -> ResponseReturnValue:
    """The camera is gone from the lists."""
    try:
        actions.close(camera, reason=ReasonForm.read(request).reason, by=me())
    except Refusal as refusal:
        return _again(camera, refusal)
    return goto("cameras.one", camera_id=camera.id)


@bp.post("/cameras/<int:camera_id>/reveal")
@permit("cameras.reveal", of=queries.one)
def reveal(camera: Camera) -> ResponseReturnValue:
    """The addresses, for a purpose that stands in the log from now on."""
    try:
        addresses = actions.reveal(camera, purpose=PurposeForm.read(request).purpose, by=me())
    except Refusal as refusal:
        return _again(camera, refusal)
    values = {**_one(camera), "addresses": addresses}
    answer = page("cameras/one.html", fragment="addresses", **values)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.get("/cameras/import")
@permit("cameras.keep")
def import_form() -> Response:
    """The form for a list or a catalogue."""
    return page("cameras/import.html", errors={}, sent={}, outcome=None, **_import())


@bp.post("/cameras/import")
@permit("cameras.keep")
def import_file() -> Response:
    """Every camera of the file is in the catalogue, or none, with what is wrong in which row."""
    try:
        form = ImportForm.read(request)
        body = sent_file(reading.MOST_BYTES + 1)
        outcome = importing.carry_out(body, source=form.source, datum=form.datum, by=me())
    except Refusal as refusal:
        return again("cameras/import.html", refusal, outcome=None, **_import())
    return page(
        "cameras/import.html",
        status=422 if outcome.faults else 200,
        errors={},
        sent=request.form,
        outcome=outcome,
        **_import(),
    )


@bp.get("/cameras/coverage")
@told_then
@permit("cameras.coverage")
def coverage() -> Response:
    """How much of each grid is seen, what only one camera sees, and where nobody looks."""
    set_id = grids.active_set_id()
    rows = queries.coverage(set_id) if set_id is not None else []
    area = sum(row.area_m2 for row in rows)
    return page(
        "cameras/coverage.html",
        rows=rows,
        share=sum(row.seen_m2 for row in rows) / area if area else 0,
        unseen=sum(1 for row in rows if not row.cameras),
        blind_from=BLIND_FROM_M2,
    )


@bp.get("/cameras/coverage/<code>")
@permit("cameras.coverage", of=grids.one)
def blind(grid: Grid) -> Response:
    """The blind spots of a grid, the largest first."""
    set_id = grids.active_set_id()
    spots = queries.blind_spots(grid.id, set_id) if set_id is not None else []
    shapes = [{"type": "Feature", "properties": {}, "geometry": each.geometry} for each in spots]
    return page(
        "cameras/blind.html", grid=grid, spots=spots, shapes=shapes, blind_from=BLIND_FROM_M2
    )


@bp.get("/cases/<int:case_id>/cameras")
@permit("cases.see", of=cases.one)
def of_case(case: Case) -> Response:
    """The cameras that see the place of a case, of those one may see."""
    found = queries.seeing(me(), case.geom) if case.geom is not None else []
    return page("cameras/seeing.html", fragment="seeing", case=case, found=found, **SEEN_WORDS)


def _words() -> dict[str, Any]:
    return {
        "kinds": KIND_WORDS,
        "privacies": PRIVACY_WORDS,
        "retentions": RETENTION_WORDS,
        "statuses": STATUS_WORDS,
        "chips": STATUS_CHIPS,
        "datums": DATUMS,
    }


def _import() -> dict[str, Any]:
    return {"columns": reading.COLUMNS, "datums": DATUMS}


def _one(camera: Camera) -> dict[str, Any]:
    events = people.recent_events("camera", camera.id)
    return {
        "camera": camera,
        "events": events,
        "names": people.named_in(events),
        "done": DONE,
        "address_words": ADDRESS_WORDS,
        "addresses": None,
        "errors": {},
        "sent": {},
        **_words(),
    }


def _again(camera: Camera, refusal: Refusal) -> Response:
    values = {key: value for key, value in _one(camera).items() if key not in ("errors", "sent")}
    return again("cameras/one.html", refusal, **values)


def _as_sent(camera: Camera) -> dict[str, Any]:
    names = set(CameraForm.model_fields) - {"code", "stream", "snapshot", "webrtc", "no_addresses"}
    said = {name: getattr(camera, name, None) for name in names}
    return {**said, "lon": camera.raw_lon, "lat": camera.raw_lat, "version": camera.version}
