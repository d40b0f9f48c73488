"""Pages of routing: the rules, one rule, and a dry run of a class at a point and of the last cases."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.web import goto, page
from webapp.cases import queries as cases, timing
from webapp.cases.routing import actions, queries, words
from webapp.cases.standards.forms import RuleForm, TryForm
from webapp.cases.standards.models import RoutingRule
from webapp.cases.standards.rules import BASIS_WORDS, DAYS_WORDS, WHERE_WORDS, Where
from webapp.grids import queries as grids
from webapp.grids.rules import KIND_WORDS
from webapp.people import queries as people

bp = Blueprint("routing", __name__, url_prefix="/standards/rules")


@bp.get("")
@permit("standards.see")
def listed() -> Response:
    """The rules in the order in which they count; those that have ended below."""
    ended = request.args.get("ended") == "1"
    return page(
        "standards/rules.html",
        rules=queries.rules(ended=ended),
        ended=ended,
        now=clock.now(),
        where_of=actions.where_of,
        **_words(),
    )


@bp.get("/new")
@permit("standards.change")
def new() -> Response:
    """The form of a new rule."""
    return _form(None, {"where": Where.ALL, "basis": "owner", "priority": 0})


@bp.get("/<int:rule_id>")
@permit("standards.see", of=queries.rule)
def one(rule: RoutingRule) -> Response:
    """One rule, to be read or changed, with what was done to it."""
    return _form(rule, _sent(rule))


@bp.post("")
@permit("standards.change")
def create() -> ResponseReturnValue:
    """The rule is in force; or, asked for a try, what it would do is shown and nothing is changed."""
    try:
        form = RuleForm.read(request)
        if request.form.get("try"):
            return _tried(None, form)
        made = actions.add(_wish(form), by=me())
    except Refusal as refusal:
        return _form(None, _again(), refusal)
    return goto("routing.one", rule_id=made.id)


@bp.post("/<int:rule_id>")
@permit("standards.change", of=queries.rule)
def change(rule: RoutingRule) -> ResponseReturnValue:
    """The rule is as it was written down; or what it would do is shown."""
    key = rule.id
    try:
        form = RuleForm.read(request)
        if request.form.get("try"):
            return _tried(rule, form)
        actions.change(rule, _wish(form), by=me(), base_version=form.base_version)
    except Refusal as refusal:
        db.session.rollback()
        return _form(queries.rule(key), _again(), refusal)
    return goto("routing.one", rule_id=key)


@bp.post("/<int:rule_id>/end")
@permit("standards.change", of=queries.rule)
def end(rule: RoutingRule) -> ResponseReturnValue:
    """The rule counts no more."""
    key = rule.id
    try:
        actions.end(rule, by=me())
    except Refusal as refusal:
        db.session.rollback()
        known = queries.rule(key)
        return _form(known, _sent(known) if known else {}, refusal)
    return goto("routing.listed")


@bp.get("/try")
@permit("standards.see")
def dry_run() -> Response:
    """Which rule a class at a point would meet and why, and what the last cases would have got."""
    errors: dict[str, Any] = {}
    form = TryForm()
    try:
        form = TryForm.of_address(request)
    except Refusal as refusal:
        errors = refusal.fields
    lon, lat, code = form.lon, form.lat, form.class_code
    case_class = cases.class_of(code)
    at = form.at or clock.now()
    at = at if at.tzinfo else at.replace(tzinfo=timing.office().zone)
    answer = None
    if case_class is not None and lon is not None and lat is not None:
        answer = queries.tried(case_class.code, lon, lat, at=at)
    elif code and case_class is None and "class_code" not in errors:
        errors["class_code"] = actions.NO_CLASS
    rows = queries.last_cases(me())
    return page(
        "standards/try.html",
        sent=request.args,
        errors=errors,
        case_class=case_class,
        answer=answer,
        last=rows,
        sums=_sums(rows),
        target=words.target,
        reasons=words.reasons,
        classes=cases.classes(limit=1000),
    )


def _tried(rule: RoutingRule | None, form: RuleForm) -> Response:
    """The rule is written, the last cases are asked, and all of it is undone."""
    key = rule.id if rule else None
    before = {row.id: words.target(row.because) for row in queries.last_cases(me())}
    if rule is None:
        actions.add(_wish(form), by=me())
    else:
        actions.change(rule, _wish(form), by=me(), base_version=form.base_version)
    rows = queries.last_cases(me())
    changed = [
        (row, before.get(row.id), words.target(row.because))
        for row in rows
        if before.get(row.id) != words.target(row.because)
    ]
    db.session.rollback()
    again = queries.rule(key) if key else None
    return _form(again, _again(), trial=(len(rows), changed))


def _form(
    rule: RoutingRule | None,
    sent: dict[str, Any],
    refusal: Refusal | None = None,
    trial: tuple[int, list[Any]] | None = None,
) -> Response:
    if refusal is not None:
        db.session.rollback()
    errors = {name: said for name, said in refusal.fields.items() if said} if refusal else {}
    if refusal and not errors:
        errors = {"form": refusal.words}
    departments = cases.departments()
    events = people.recent_events("routing_rule", rule.id) if rule else []
    return page(
        "standards/rule.html",
        status=refusal.status if refusal else 200,
        rule=rule,
        sent=sent,
        errors=errors,
        trial=trial,
        events=events,
        names=people.named_in(events),
        departments=departments,
        choices={
            "departments": [(each.id, each.name) for each in departments],
            "communities": [(each.id, each.name) for each in queries.communities()],
            "grids": [
                (each.display_code, f"{each.name} {each.display_code}") for each in grids.living()
            ],
        },
        now=clock.now(),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {
        "bases": BASIS_WORDS,
        "places": WHERE_WORDS,
        "days_words": DAYS_WORDS,
        "kinds": KIND_WORDS,
    }


def _again() -> dict[str, Any]:
    """What was sent, with what may be chosen several times as a list."""
    sent: dict[str, Any] = request.form.to_dict()
    sent["helpers"] = [int(key) for key in request.form.getlist("helpers") if key.isdecimal()]
    return sent


def _sent(rule: RoutingRule) -> dict[str, Any]:
    zone = timing.office().zone
    drawn = queries.corners(rule)
    return {
        "title": rule.title,
        "basis": rule.basis,
        "class_prefix": rule.class_prefix,
        "priority": rule.priority,
        "where": actions.where_of(rule),
        "grid_kind": rule.grid_kind,
        "community": rule.community_id,
        "grid": rule.grid.display_code if rule.grid else None,
        "area": "\n".join(f"{lon} {lat}" for lon, lat in drawn),
        "days": rule.days,
        "hours_from": f"{rule.hours_from:%H:%M}" if rule.hours_from else None,
        "hours_until": f"{rule.hours_until:%H:%M}" if rule.hours_until else None,
        "unit": rule.unit_id,
        "helpers": [unit.id for unit in rule.helpers],
        "since": rule.valid.lower.astimezone(zone).date().isoformat() if rule.valid.lower else None,
        "until": rule.valid.upper.astimezone(zone).date().isoformat() if rule.valid.upper else None,
    }


def _wish(form: RuleForm) -> actions.Wish:
    return actions.Wish(
        title=form.title,
        basis=form.basis,
        class_prefix=form.class_prefix,
        where=form.where,
        priority=form.priority,
        grid_kind=form.grid_kind,
        community=form.community,
        grid=form.grid,
        area=actions.parsed_area(form.area) if form.where is Where.AREA else (),
        days=form.days,
        hours_from=form.hours_from,
        hours_until=form.hours_until,
        unit=form.unit,
        helpers=form.helpers,
        since=_midnight(form.since),
        until=_midnight(form.until),
    )


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), timing.office().zone) if day else None


def _sums(rows: list[Any]) -> list[tuple[str, int]]:
    return Counter(words.target(row.because) for row in rows).most_common()
