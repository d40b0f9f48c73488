"""Posts: given, ended, passed on; and who held which one when, at a grid or a body."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from pydantic import Field

from webapp.base import clock
from webapp.base.access import me, permit
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import Form, goto, page
from webapp.grids import queries as grids
from webapp.grids.models import Grid, Unit
from webapp.people import days, handover, phones, posts, queries
from webapp.people.forms import again
from webapp.people.models import Account, HandOver, Post
from webapp.people.rules import HANDED_OVER, POST_UNITS, ROLES

bp = Blueprint("posts", __name__, url_prefix="/people")


class PostForm(Form):
    """A post: its role, its place, its first and its last day."""

    role: str
    grid: str | None = None
    unit: int | None = None
    since: date | None = None
    until: date | None = None
    note: str | None = Field(default=None, max_length=500)


class EndForm(Form):
    """The last day of a post (nothing: it ends now), who takes over, and a few words."""

    until: date | None = None
    to: str | None = Field(default=None, max_length=80)
    note: str | None = Field(default=None, max_length=500)


class PassForm(Form):
    """Who holds the post next, and from which day (nothing: from now)."""

    to: str = Field(max_length=80)
    since: date | None = None
    note: str | None = Field(default=None, max_length=500)


@bp.get("/posts/grid/<code>")
@permit("people.see", of=grids.one)
def of_grid(grid: Grid) -> Response:
    """Who held which post over this grid when."""
    rows = queries.posts_at(grid_id=grid.id)
    return page("people/posts.html", grid=grid, unit=None, posts=rows)


@bp.get("/posts/unit/<int:unit_id>")
@permit("people.see", of=queries.unit)
def of_unit(unit: Unit) -> Response:
    """Who held which post over this unit when."""
    rows = queries.posts_at(unit_id=unit.id)
    return page("people/posts.html", grid=None, unit=unit, posts=rows)


@bp.get("/accounts/<int:account_id>/posts/new")
@permit("people.manage", of=queries.account)
def giving(account: Account) -> Response:
    """The form that gives a post."""
    sent = {"since": days.today().isoformat(), **request.args.to_dict()}
    return page("people/post_form.html", account=account, errors={}, sent=sent, **_choices())


@bp.post("/accounts/<int:account_id>/posts")
@permit("people.manage", of=queries.account)
def give(account: Account) -> ResponseReturnValue:
    """The account holds the post."""
    try:
        form = PostForm.read(request)
        over_grid = form.role in ROLES and ROLES[form.role].over_grid
        grid = grids.one(form.grid) if form.grid and over_grid else None
        posts.give(
            account,
            role=form.role,
            grid_id=grid.id if grid else None,
            unit_id=None if over_grid else form.unit,
            since=days.start_of(form.since) if form.since else clock.now(),
            until=days.end_of(form.until) if form.until else None,
            note=form.note,
            by=me(),
        )
    except Refusal as refusal:
        return again("people/post_form.html", refusal, account=account, **_choices())
    return goto("people_admin.account", account_id=account.id)


@bp.get("/posts/<int:post_id>/end")
@permit("people.manage", of=queries.post)
def ending(post: Post) -> Response:
    """The form that ends a post."""
    return page("people/post_end.html", post=post, errors={}, sent={}, **_leaving(post))


@bp.post("/posts/<int:post_id>/end")
@permit("people.manage", of=queries.post)
def end(post: Post) -> ResponseReturnValue:
    """The post ends; what is left is handed over."""
    try:
        form = EndForm.read(request)
        at = days.end_of(form.until) if form.until else clock.now()
        taker = named(form.to) if form.to else None
        paper = posts.end(post, at=at, note=form.note, taker=taker, by=me())
    except Refusal as refusal:
        return again("people/post_end.html", refusal, post=post, **_leaving(post))
    return _on(post, paper)


@bp.get("/posts/<int:post_id>/rotation")
@permit("people.manage", of=queries.post)
def rotation(post: Post) -> Response:
    """The form that passes a post on."""
    return page("people/post_pass.html", post=post, errors={}, sent={}, **_leaving(post))


@bp.post("/posts/<int:post_id>/rotation")
@permit("people.manage", of=queries.post)
def rotate(post: Post) -> ResponseReturnValue:
    """Somebody else holds the post; what is left is handed over between the two."""
    try:
        form = PassForm.read(request)
        at: datetime = days.start_of(form.since) if form.since else clock.now()
        _new, paper = posts.rotate(post, to=named(form.to), at=at, note=form.note, by=me())
    except Refusal as refusal:
        return again("people/post_pass.html", refusal, post=post, **_leaving(post))
    return _on(post, paper)


def named(text: str) -> Account:
    """The account of a user name, of a whole phone number, or of `#` and its key.

    Raises `Unacceptable` for the field `to`.
    """
    key = re.match(r"^#([0-9]{1,15})$", text)
    found = queries.account(int(key[1])) if key else queries.by_username(text) or _by_phone(text)
    if found is None or found.locked_at is not None:
        words = _l(
            "There is no such account, or it is locked. Write a user name or a phone number."
        )
        raise Unacceptable(words, fields={"to": words})
    return found


def _by_phone(text: str) -> Account | None:
    try:
        return queries.by_phone(phones.normal(text))
    except Unacceptable:
        return None


def _choices() -> dict[str, Any]:
    return {
        "roles": ROLES,
        "grids": grids.living(),
        "units": queries.units(POST_UNITS),
    }


def _leaving(post: Post) -> dict[str, Any]:
    return {"place": handover.place_of(post), "handed_over": post.role in HANDED_OVER}


def _on(post: Post, paper: HandOver | None) -> ResponseReturnValue:
    if paper is not None:
        return goto("hand_overs.one", hand_over_id=paper.id)
    return goto("people_admin.account", account_id=post.account_id)
