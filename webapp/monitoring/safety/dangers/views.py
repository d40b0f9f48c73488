"""Pages of hidden dangers: the list, the form of a new one, one with its steps, its photos."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from webapp.base import audit, files
from webapp.base.access import may, me, permit
from webapp.base.files import StoredFile
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address, undone
from webapp.cases import queries as cases
from webapp.cases.models import Case
from webapp.grids import queries as grids
from webapp.monitoring.alarms import listing as alarms
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.safety import queries as safety
from webapp.monitoring.safety.dangers import actions, queries, shown
from webapp.monitoring.safety.dangers.forms import FindForm, ListForm, NewForm, StepForm
from webapp.monitoring.safety.dangers.models import HiddenDanger
from webapp.monitoring.safety.dangers.rules import (
    DANGER_FLOW,
    SAFETY_CASES,
    USUAL_DAYS,
    FoundBy,
    Level,
)
from webapp.monitoring.safety.models import Profile
from webapp.people import days, queries as people

bp = Blueprint("hidden_dangers", __name__, url_prefix="/safety")

# What each step of the page does, what it takes of the form, and whether a photo comes with it.
DEEDS: dict[str, tuple[Callable[..., None], tuple[str, ...], bool]] = {
    "order": (actions.order, ("responsible", "due_on", "measures"), False),
    "rectify": (actions.rectify, ("note",), True),
    "recheck": (actions.recheck, ("note",), True),
    "send_back": (actions.send_back, ("note",), False),
    "clear": (actions.clear, (), False),
    "drop": (actions.drop, ("note",), False),
}


@bp.get("/dangers")
@permit("dangers.list")
def listed() -> Response:
    """The hidden dangers one may see, in lanes, those whose deadline comes first before the others."""
    wish = ListForm.of(request.args.to_dict())
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(),
        lane=wish.lane,
        words=wish.q,
        level=wish.level,
        kind=wish.kind,
        grid_id=grid.id if grid else None,
        after=wish.after,
    )
    return page(
        "monitoring/safety/dangers/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        counts=queries.counts(me()),
        **shown.words(),
    )


@bp.get("/dangers/new")
@permit("dangers.find")
def new() -> Response:
    """The form of a hidden danger that somebody has found."""
    key = NewForm.of(request.args.to_dict()).profile
    return _form(safety.profile(key) if key else None)


@bp.post("/dangers")
@permit("dangers.find")
def find() -> ResponseReturnValue:
    """The hidden danger is written down."""
    key = request.form.get("profile", type=int)
    profile = safety.profile(key) if key else None
    return _find(profile, FoundBy.INSPECTION)


@bp.get("/mine/<int:profile_id>/danger")
@permit("dangers.find_own", of=safety.profile)
def new_own(profile: Profile) -> Response:
    """The form of a hidden danger that an enterprise has found in its own house."""
    return _form(profile, own=True)


@bp.post("/mine/<int:profile_id>/danger")
@permit("dangers.find_own", of=safety.profile)
def find_own(profile: Profile) -> ResponseReturnValue:
    """An enterprise has found a hidden danger in its own house."""
    return _find(profile, FoundBy.ENTERPRISE)


@bp.post("/dangers/of-alarm/<int:alarm_id>")
@permit("dangers.find", of=alarms.one)
def of_alarm(alarm: Alarm) -> ResponseReturnValue:
    """What an alarm showed is a hidden danger: written down once, by one touch."""
    return goto("hidden_dangers.one", danger_id=actions.find_by_alarm(alarm, by=me()).id)


@bp.get("/dangers/by-case/<int:case_id>")
@permit("cases.see", of=cases.one)
def by_case(case: Case) -> Response:
    """The hidden danger that a case led to, or the button that writes it down."""
    return page(
        "monitoring/safety/dangers/by_case.html",
        fragment="line",
        case=case,
        danger=queries.of_case(case.id),
        of_safety=case.class_code.startswith(SAFETY_CASES),
        **shown.words(),
    )


@bp.post("/dangers/of-case/<int:case_id>")
@permit("dangers.find", of=cases.one)
def of_case(case: Case) -> ResponseReturnValue:
    """What a case reports is a hidden danger: written down once."""
    return goto("hidden_dangers.one", danger_id=actions.find_by_case(case, by=me()).id)


@bp.get("/dangers/<int:danger_id>")
@permit("dangers.see", of=queries.danger)
def one(danger: HiddenDanger) -> Response:
    """One hidden danger: what it is, where it stands, its photos, its steps."""
    return _one(danger)


@bp.post(f"/dangers/<int:danger_id>/<any({', '.join(DEEDS)}):name>")
@permit("dangers.see", of=lambda danger_id, name: queries.danger(danger_id))
def step(danger: HiddenDanger) -> ResponseReturnValue:
    """A step of a hidden danger is made."""
    name = part_of_address("name")
    deed, wanted, with_photo = DEEDS[name]

    def act(form: StepForm) -> None:
        photo = (_photo(),) if with_photo else ()
        said = {each: getattr(form, each) for each in wanted}
        deed(danger, *photo, **said, base_version=form.base_version, by=me())

    return _step(danger, name, act)


@bp.post("/dangers/<int:danger_id>/extend")
@permit("dangers.order", of=queries.danger)
def extend(danger: HiddenDanger) -> ResponseReturnValue:
    """The deadline is put off."""

    def act(form: StepForm) -> None:
        actions.extend(
            danger, due_on=form.due_on, note=form.note, base_version=form.base_version, by=me()
        )

    return _step(danger, "extend", act)


@bp.post("/dangers/<int:danger_id>/grade")
@permit("dangers.order", of=queries.danger)
def grade(danger: HiddenDanger) -> ResponseReturnValue:
    """The hidden danger is of another level."""

    def act(form: StepForm) -> None:
        level = form.level or Level(danger.level)
        actions.grade(danger, level, note=form.note, base_version=form.base_version, by=me())

    return _step(danger, "grade", act)


@bp.get("/dangers/<int:danger_id>/photos/<int:file_id>")
@permit("dangers.see", of=lambda danger_id, file_id: queries.danger(danger_id))
def photo(danger: HiddenDanger) -> Response:
    """A photo of a step."""
    file = queries.photo(danger, int(part_of_address("file_id")))
    if file is None:
        abort(404)
    return files.answer(file)


def _sent() -> FileStorage | None:
    """The photo that came along."""
    upload = request.files.get("photo")
    return upload if upload and upload.filename else None


def _photo() -> StoredFile | None:
    upload = _sent()
    return files.keep_picture(upload.stream, by=me()) if upload else None


def _read() -> FindForm:
    """What was found; where its words are wrong, a missing photo is said as well."""
    try:
        return FindForm.read(request)
    except Refusal as refusal:
        if not _sent():
            refusal.fields["photo"] = actions.NO_PHOTO
        raise


def _find(profile: Profile | None, how: FoundBy) -> ResponseReturnValue:
    key = profile.id if profile else None
    try:
        said = _read()
        found = actions.Found(**said.model_dump(exclude={"profile"}))
        danger = actions.find(found, _photo(), profile=profile, how=how, by=me())
    except Refusal as refusal:
        undone(refusal)
        own = how is FoundBy.ENTERPRISE
        return _form(safety.profile(key) if key else None, refusal, own=own)
    return goto("hidden_dangers.one", danger_id=danger.id)


def _form(
    profile: Profile | None, refusal: Refusal | None = None, *, own: bool = False
) -> Response:
    return page(
        "monitoring/safety/dangers/new.html",
        status=refusal.status if refusal else 200,
        profile=profile,
        own=own,
        choices=[] if own or profile else _enterprises(),
        **_refused(refusal),
        **shown.words(),
    )


def _enterprises() -> list[tuple[Any, str]]:
    found = safety.listed(me(), today=days.today(), limit=500).rows
    return [(row.profile.id, row.profile.enterprise.name) for row in found]


def _step(danger: HiddenDanger, name: str, act: Callable[[StepForm], None]) -> ResponseReturnValue:
    key = danger.id
    try:
        act(StepForm.read(request))
    except Refusal as refusal:
        again = afresh(refusal, lambda: queries.danger(key), right="dangers.see")
        return _one(again, refusal, name)
    return goto("hidden_dangers.one", danger_id=key)


def _one(
    danger: HiddenDanger, refusal: Refusal | None = None, tried: str | None = None
) -> Response:
    who = me()
    events = list(reversed(audit.history(DANGER_FLOW.kind, danger.id)))
    usual = days.today() + timedelta(days=USUAL_DAYS[Level(danger.level)])
    return page(
        "monitoring/safety/dangers/one.html",
        status=refusal.status if refusal else 200,
        danger=danger,
        moves=DANGER_FLOW.open_moves(danger, who),
        orders=may(who, "dangers.order", danger),
        usual=usual,
        events=events,
        names=people.named_in(events),
        tried=tried,
        **_refused(refusal),
        **shown.words(),
    )


def _refused(refusal: Refusal | None) -> dict[str, Any]:
    fields = refusal.fields if refusal else {}
    return {
        "errors": fields,
        "told": refusal.words if refusal else None,
        "sent": request.form,
    }
