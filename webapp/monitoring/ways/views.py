"""Pages of the ways to a source: set up, tried, forgotten; and what its source was told of an alarm."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue

from webapp.base.access import may, me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.monitoring.alarms import listing
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import queries as sources
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.rules import FORMAT_WORDS
from webapp.monitoring.ways import actions, queries, telling, trying
from webapp.monitoring.ways.forms import WayForm
from webapp.monitoring.ways.models import Way
from webapp.monitoring.ways.rules import ACT_WORDS, KIND_OF, TELLS, WAYS, ToldState, WayKind

bp = Blueprint("ways", __name__)

_KIND = "<any(onvif, wvp, thingsboard, frigate, isapi):kind>"


def _named(code: str, kind: str = "") -> Source | None:
    return sources.source(code)


@bp.get("/sources/<code>/ways")
@permit("intake.see", of=_named)
def of_source(source: Source) -> Response:
    """The ways to a source that there are or could be, for its page."""
    found = queries.of_source(source.id)
    fitting = [kind for form, kind in KIND_OF.items() if form in source.formats]
    return page(
        "monitoring/ways/of_source.html",
        fragment="ways",
        source=source,
        ways=found,
        kinds=[kind for kind in WayKind if kind in fitting or kind in found],
        rules=WAYS,
    )


@bp.get(f"/sources/<code>/ways/{_KIND}")
@permit("intake.see", of=_named)
def one(source: Source) -> Response:
    """One way to a source: what it is for, whether the source answers, how it is set up."""
    return _page(source)


@bp.post(f"/sources/<code>/ways/{_KIND}")
@permit("intake.keep", of=_named)
def keep(source: Source) -> ResponseReturnValue:
    """The house reaches the source like this from now on."""
    code, kind = source.code, _kind()
    try:
        actions.keep(source, kind, WayForm.read(request), by=me())
    except Refusal as refusal:
        return _page(afresh(refusal, lambda: sources.source(code)), refusal)
    return goto("ways.one", code=code, kind=kind.value)


@bp.post(f"/sources/<code>/ways/{_KIND}/try")
@permit("intake.keep", of=_named)
def try_out(source: Source) -> ResponseReturnValue:
    """The source was asked now; the page says what it answered, or why it did not."""
    worked, words = trying.try_out(_way(source))
    return _page(source, tried=(worked, words), status=200 if worked else 502)


@bp.post(f"/sources/<code>/ways/{_KIND}/forget")
@permit("intake.keep", of=_named)
def forget(source: Source) -> ResponseReturnValue:
    """Address and keys are gone."""
    actions.forget(_way(source), by=me())
    return goto("sources.one", code=source.code)


@bp.get("/alarms/<int:alarm_id>/told")
@permit("alarms.see", of=listing.one)
def of_alarm(alarm: Alarm) -> Response:
    """What the source of an alarm was told, or why not, for the page of the alarm."""
    return _of_alarm(alarm)


@bp.post("/alarms/told/<int:told_id>/again")
@permit("alarms.handle", of=queries.alarm_of_told)
def again(alarm: Alarm) -> ResponseReturnValue:
    """The source is told once more, soon."""
    alarm_id, told_id = alarm.id, int(part_of_address("told_id"))
    told = queries.told(told_id) or abort(404)
    try:
        telling.again(told)
    except Refusal as refusal:
        return _of_alarm(afresh(refusal, lambda: listing.one(alarm_id)), refusal)
    return goto("alarms.one", alarm_id=alarm_id)


def _kind() -> WayKind:
    return WayKind(part_of_address("kind"))


def _way(source: Source) -> Way:
    return queries.way(source.id, _kind()) or abort(404)


def _page(
    source: Source,
    refusal: Refusal | None = None,
    *,
    tried: tuple[bool, Any] | None = None,
    status: int = 200,
) -> Response:
    kind = _kind()
    way = queries.way(source.id, kind)
    rules = WAYS[kind]
    if way is None and rules.format not in source.formats and refusal is None:
        abort(404)
    fields = refusal.fields if refusal else {}
    return page(
        "monitoring/ways/one.html",
        status=refusal.status if refusal else status,
        source=source,
        kind=kind,
        rules=rules,
        format=FORMAT_WORDS[rules.format],
        way=way,
        untold=queries.untold(source.id, kind) if kind in TELLS else None,
        keeps=may(me(), "intake.keep", source) and source.closed_at is None,
        errors=fields,
        told=refusal.words if refusal and not fields else None,
        tried=tried,
        sent=request.form,
    )


def _of_alarm(alarm: Alarm, refusal: Refusal | None = None) -> Response:
    rows = queries.of_alarm(alarm.id)
    return page(
        "monitoring/ways/of_alarm.html",
        fragment="told",
        status=refusal.status if refusal else 200,
        alarm=alarm,
        rows=rows,
        waits=any(each.state == ToldState.WAITING for each in rows),
        acts=ACT_WORDS,
        formats={kind.value: FORMAT_WORDS[rules.format] for kind, rules in WAYS.items()},
        refused=refusal.words if refusal else None,
    )
