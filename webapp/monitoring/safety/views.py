"""Pages of enterprises as safety sees them: the list, one of them, its form, the import."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page, sent_file
from webapp.grids import queries as grids
from webapp.monitoring.cameras import queries as cameras
from webapp.monitoring.safety import actions, importing, queries, shown
from webapp.monitoring.safety.dangers import queries as dangers
from webapp.monitoring.safety.forms import ListForm, ProfileForm, SafetyForm
from webapp.monitoring.safety.inspections import queries as inspections, shown as inspection_words
from webapp.monitoring.safety.models import Profile
from webapp.people import days, queries as people, workbook
from webapp.people.forms import again
from webapp.people.models import Enterprise
from webapp.people.rules import PREMISES_WORDS

bp = Blueprint("safety", __name__, url_prefix="/safety")


@bp.get("/enterprises")
@permit("safety.see")
def listed() -> Response:
    """The enterprises one may see, the riskiest first, found by words, grid, risk, trade or licence."""
    wish = ListForm.of_address(request)
    grid = grids.one(wish.grid) if wish.grid else None
    found = queries.listed(
        me(),
        words=wish.q,
        grid_id=grid.id if grid else None,
        risk=wish.risk,
        trade=wish.trade,
        expiring=wish.expiring,
        today=days.today(),
        after=wish.after,
    )
    return page(
        "monitoring/safety/list.html",
        fragment="found",
        found=found,
        wish=wish,
        grid=grid,
        grids=grids.living(),
        counts=queries.risks(me()),
        **shown.words(),
    )


@bp.get("/unseen")
@told_then
@permit("safety.see")
def unseen() -> Response:
    """The hazard points that no camera sees, of the enterprises one may see, the riskiest first."""
    found = queries.unseen_points(me())
    return page("monitoring/safety/unseen.html", fragment="unseen", found=found, **shown.words())


@bp.get("/enterprises/<int:profile_id>")
@permit("safety.see", of=queries.profile)
def one(profile: Profile) -> Response:
    """One enterprise: all that is dangerous in it, what watches it, what happened there."""
    return page("monitoring/safety/one.html", **about(profile), errors={}, sent={})


@bp.get("/enterprises/new")
@permit("safety.keep")
def new() -> Response:
    """The form of an enterprise that is not in the register yet."""
    return page(
        "monitoring/safety/form.html", profile=None, firm=None, **_choices(), errors={}, sent={}
    )


@bp.post("/enterprises")
@permit("safety.keep")
def create() -> ResponseReturnValue:
    """Safety keeps a profile of the enterprise."""
    try:
        profile, _new = actions.enter(ProfileForm.read(request), by=me())
    except Refusal as refusal:
        return again("monitoring/safety/form.html", refusal, profile=None, firm=None, **_choices())
    return goto("safety.one", profile_id=profile.id)


@bp.get("/of/<int:enterprise_id>")
@permit("safety.see")
def of_enterprise(enterprise_id: int) -> ResponseReturnValue:
    """What safety knows of an enterprise of the register, as a line on its page."""
    profile = queries.of_enterprise(enterprise_id)
    return page(
        "monitoring/safety/of_enterprise.html",
        fragment="line",
        profile=profile,
        enterprise_id=enterprise_id,
        **shown.words(),
    )


@bp.get("/of/<int:enterprise_id>/new")
@permit("safety.keep", of=people.enterprise)
def take_in_form(firm: Enterprise) -> Response:
    """The form of a profile for an enterprise of the register."""
    return page(
        "monitoring/safety/form.html", profile=None, firm=firm, **_choices(), errors={}, sent={}
    )


@bp.post("/of/<int:enterprise_id>/new")
@permit("safety.keep", of=people.enterprise)
def take_in(firm: Enterprise) -> ResponseReturnValue:
    """Safety keeps a profile of an enterprise of the register."""
    key = firm.id
    try:
        profile = actions.take_in(firm, SafetyForm.read(request), by=me())
    except Refusal as refusal:
        kept = people.enterprise(key)
        return again("monitoring/safety/form.html", refusal, profile=None, firm=kept, **_choices())
    return goto("safety.one", profile_id=profile.id)


@bp.get("/enterprises/<int:profile_id>/change")
@permit("safety.keep", of=queries.profile)
def change_form(profile: Profile) -> Response:
    """The form of a profile."""
    sent = {name: getattr(profile, name) for name in SafetyForm.model_fields}
    firm = profile.enterprise
    return page(
        "monitoring/safety/form.html",
        profile=profile,
        firm=firm,
        **_choices(),
        errors={},
        sent=sent,
    )


@bp.post("/enterprises/<int:profile_id>/change")
@permit("safety.keep", of=queries.profile)
def change(profile: Profile) -> ResponseReturnValue:
    """The profile says this now."""
    try:
        actions.change(profile, SafetyForm.read(request), by=me())
    except Refusal as refusal:
        firm = profile.enterprise
        return again(
            "monitoring/safety/form.html", refusal, profile=profile, firm=firm, **_choices()
        )
    return goto("safety.one", profile_id=profile.id)


@bp.get("/enterprises/import")
@permit("safety.keep")
def import_form() -> Response:
    """The form for a workbook of enterprises."""
    return page("monitoring/safety/import.html", errors={}, outcome=None, **_import())


@bp.post("/enterprises/import")
@permit("safety.keep")
def import_file() -> Response:
    """Safety keeps a profile of every enterprise of the workbook, or of none."""
    try:
        outcome = importing.carry_out(sent_file(workbook.MOST_BYTES + 1), by=me())
    except Refusal as refusal:
        return again("monitoring/safety/import.html", refusal, outcome=None, **_import())
    status = 422 if outcome.faults else 200
    return page(
        "monitoring/safety/import.html", status=status, errors={}, outcome=outcome, **_import()
    )


def about(profile: Profile) -> dict[str, Any]:
    """All that the page of an enterprise shows to whoever asks."""
    who, firm = me(), profile.enterprise
    events = people.recent_events(actions.KIND, profile.id, 20)
    return {
        "profile": profile,
        "firm": firm,
        "points": queries.points(profile.id),
        "procedures": queries.procedures(profile.id),
        "dangers": dangers.of_profile(profile.id),
        "inspections": inspections.of_profile(profile.id),
        "licences": queries.licences(profile.id),
        "alarms": queries.alarms(who, profile),
        "seeing": cameras.seeing(who, firm.geom) if firm.geom is not None else [],
        "devices": queries.devices_near(who, firm),
        "events": events,
        "names": people.named_in(events),
        **inspection_words.words(),
    }


def _choices() -> dict[str, Any]:
    return {"premises": PREMISES_WORDS, **shown.words()}


def _import() -> dict[str, Any]:
    return {"columns": importing.COLUMNS, "needed": importing.NEEDED}
