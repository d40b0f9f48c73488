"""Pages of the rota: a week of everybody in the field, and the shifts and skills of one person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.past import told_then
from webapp.base.web import goto, page
from webapp.cases.rota import actions, queries
from webapp.cases.rota.forms import RotaForm, ShiftForm, SkillForm, WeekForm
from webapp.cases.rota.models import AccountSkill, Shift
from webapp.cases.rota.rules import SKILL_WORDS, Skill
from webapp.people import days
from webapp.people.models import Account

bp = Blueprint("rota", __name__, url_prefix="/rota")


@bp.get("")
@told_then
@permit("rota.see")
def week() -> Response:
    """Who is on duty when, in one week."""
    wish = RotaForm.of_address(request)
    return _week(wish.monday, wish.q)


def _week(
    monday: date, words: str = "", *, refusal: Refusal | None = None, sent: Any = None
) -> Response:
    staff = queries.people(words)
    found = queries.shifts(days.start_of(monday), days.end_of(monday + timedelta(days=6)))
    on: dict[tuple[int, date], list[Shift]] = {}
    for each in found:
        first, last = days.first_day(each.begin), days.last_day(each.end)
        for place in range((last - first).days + 1):
            on.setdefault((each.account_id, first + timedelta(days=place)), []).append(each)
    now = clock.now()
    return page(
        "rota/week.html",
        status=refusal.status if refusal else 200,
        monday=monday,
        week=[monday + timedelta(days=place) for place in range(7)],
        before=monday - actions.WEEK,
        after=monday + actions.WEEK,
        today=days.today(),
        people=staff,
        on=on,
        on_now={each.account_id for each in found if each.begin <= now < each.end},
        words=words,
        told=refusal.words if refusal else None,
        errors=refusal.fields if refusal else {},
        sent=sent or {},
    )


@bp.post("/shifts")
@permit("rota.change")
def add() -> ResponseReturnValue:
    """The chosen people are on duty on these days."""
    try:
        form = ShiftForm.read(request)
        actions.put_on_duty(
            form.people,
            first=form.first,
            last=form.last,
            begin=form.begin,
            end=form.end,
            by=me(),
        )
    except Refusal as refusal:
        db.session.rollback()
        return _week(RotaForm().monday, refusal=refusal, sent=request.form)
    return goto("rota.week", week=form.first.isoformat())


@bp.post("/copy")
@permit("rota.change")
def copy() -> ResponseReturnValue:
    """This week is as the one before, where people are free."""
    form = WeekForm.read(request)
    try:
        actions.copy_week(form.monday, by=me())
    except Refusal as refusal:
        db.session.rollback()
        return _week(form.monday, refusal=refusal)
    return goto("rota.week", week=form.monday.isoformat())


@bp.post("/shifts/<int:shift_id>/remove")
@permit("rota.change", of=queries.shift)
def remove(shift: Shift) -> ResponseReturnValue:
    """The shift is gone, or ends now."""
    account = shift.account
    try:
        actions.take_off_duty(shift, by=me())
    except Refusal as refusal:
        db.session.rollback()
        return _person(account, refusal=refusal)
    return goto("rota.person", account_id=account.id)


@bp.get("/<int:account_id>")
@permit("rota.see", of=queries.account)
def person(account: Account) -> Response:
    """The coming shifts of one person, and what they can do."""
    return _person(account)


def _person(account: Account, *, refusal: Refusal | None = None) -> Response:
    since = days.start_of(days.today() - timedelta(days=7))
    return page(
        "rota/person.html",
        status=refusal.status if refusal else 200,
        account=account,
        shifts=queries.shifts(since, since + timedelta(days=49), [account.id]),
        skills=queries.skills_of(account.id),
        skill_words=SKILL_WORDS,
        choices=[(each.value, words) for each, words in SKILL_WORDS.items()],
        today=days.today(),
        now=clock.now(),
        told=refusal.words if refusal else None,
        errors=refusal.fields if refusal else {},
    )


@bp.post("/<int:account_id>/skills")
@permit("rota.change", of=queries.account)
def add_skill(account: Account) -> ResponseReturnValue:
    """They can do this from now on."""
    try:
        form = SkillForm.read(request)
        actions.add_skill(account, Skill(form.skill), last=form.last, by=me())
    except Refusal as refusal:
        db.session.rollback()
        return _person(account, refusal=refusal)
    return goto("rota.person", account_id=account.id)


@bp.post("/skills/<int:skill_id>/end")
@permit("rota.change", of=queries.skill)
def end_skill(skill: AccountSkill) -> ResponseReturnValue:
    """They cannot do this any longer."""
    actions.end_skill(skill, by=me())
    return goto("rota.person", account_id=skill.account_id)
