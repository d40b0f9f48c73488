"""Pages of the news, of the mobile services as a whole, and of what somebody declares."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, gettext as _
from pydantic import Field, field_validator

from webapp.base import clock, feed, files, notices
from webapp.base.access import may, me, permit
from webapp.base.feed import Entry, Feed
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.web import Form, afresh, goto, page, part_of_address, undone
from webapp.points import queries as points
from webapp.points.models import ServicePoint
from webapp.services.news import actions, queries
from webapp.services.news.actions import Written
from webapp.services.news.models import News
from webapp.services.news.rules import (
    CATEGORY_WORDS,
    FACT_WORDS,
    FILES,
    NEWS_FLOW,
    Category,
    Fact,
    NewsState,
)

bp = Blueprint("news", __name__)

RECENT = 3


def _list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class ListForm(Form):
    """Which news."""

    q: str = Field(default="", max_length=60)
    category: Category | None = None
    before: int | None = Field(default=None, ge=1)


class NewsForm(Form):
    """A piece of news."""

    base_version: int | None = Field(default=None, ge=0)
    unit_id: int = Field(ge=1)
    category: Category
    title: str = Field(min_length=2, max_length=120)
    title_en: str | None = Field(default=None, max_length=200)
    body: str = Field(min_length=2, max_length=20_000)
    body_en: str | None = Field(default=None, max_length=20_000)
    pinned_until: date | None = None
    facts: list[Fact] = Field(default_factory=list)
    youngest: int | None = Field(default=None, ge=0, le=120)
    oldest: int | None = Field(default=None, ge=0, le=120)

    _many = field_validator("facts", mode="before")(_list)


class StepForm(Form):
    """A step of a piece of news."""

    base_version: int | None = Field(default=None, ge=0)
    note: str | None = Field(default=None, max_length=500)


class DeclareForm(Form):
    """What somebody says of themselves."""

    birth_year: int | None = Field(default=None)
    facts: list[Fact] = Field(default_factory=list)

    _many = field_validator("facts", mode="before")(_list)


@bp.get("/jisuban")
@permit("news.read")
def home() -> Response:
    """The mobile services: services, the nearest point, news, my matters, all in one or two taps."""
    who = me()
    residents, firms = queries.following()
    return page(
        "news/home.html",
        pinned=queries.pinned(),
        recent=queries.listed(limit=RECENT).rows,
        residents=residents,
        firms=firms,
        followed=queries.points_followed(who.id) if who.id is not None else [],
        told=notices.unread(who.id, limit=3) if who.id is not None else [],
        categories=CATEGORY_WORDS,
        title_of=title_of,
    )


@bp.get("/news")
@permit("news.read")
def listed() -> Response:
    """Published news, by category and words."""
    wish = ListForm.of_address(request)
    found = queries.listed(category=wish.category, words=wish.q, before=wish.before)
    first = not (wish.q or wish.category or wish.before)
    return page(
        "news/list.html",
        fragment="found",
        news=found.rows,
        after=found.after,
        pinned=queries.pinned() if first else [],
        wish=wish,
        categories=CATEGORY_WORDS,
        title_of=title_of,
    )


@bp.get("/news.rss")
@permit("news.read")
def rss() -> Response:
    """The newest news as RSS 2.0."""
    return feed.rss(
        Feed(
            title=_("News of the subdistrict"),
            words=_("Notices, policies and activities"),
            page=url_for("news.listed", _external=True),
            entries=[_told(each) for each in queries.listed().rows],
        )
    )


def _told(news: News) -> Entry:
    address = url_for("news.one", news_id=news.id, _external=True)
    return Entry(
        key=address,
        title=title_of(news),
        href=address,
        words=body_of(news)[:500],
        at=news.published_at or clock.now(),
        kinds=(str(CATEGORY_WORDS[Category(news.category)]),),
    )


@bp.get("/news/<int:news_id>")
@permit("news.read", of=queries.one)
def one(news: News) -> Response:
    """A piece of news."""
    if news.state != NewsState.PUBLISHED and not may(me(), "news.write", news):
        abort(404)
    return page(
        "news/one.html",
        news=news,
        title=title_of(news),
        body=body_of(news),
        categories=CATEGORY_WORDS,
        flow=NEWS_FLOW,
    )


@bp.get("/news/<int:news_id>/files/<int:file_id>")
@permit("news.read", of=lambda news_id, file_id: queries.one(news_id))
def file(news: News) -> Response:
    """A file of a piece of news."""
    if news.state != NewsState.PUBLISHED and not may(me(), "news.write", news):
        abort(404)
    found = queries.file(news.id, int(part_of_address("file_id")))
    if found is None:
        abort(404)
    return files.answer(found.file)


@bp.get("/news/written")
@permit("news.list")
def written() -> Response:
    """What was written for one's bodies, drafts too."""
    wish = ListForm.of(request.args.to_dict())
    found = queries.written(me(), before=wish.before)
    return page(
        "news/written.html",
        news=found.rows,
        after=found.after,
        categories=CATEGORY_WORDS,
        flow=NEWS_FLOW,
    )


@bp.get("/news/new")
@permit("news.list")
def new() -> Response:
    """The form of a new piece."""
    return _form(None)


@bp.post("/news/new")
@permit("news.list")
def write() -> ResponseReturnValue:
    """A draft is written."""
    try:
        made = actions.write(_written(NewsForm.read(request)), by=me())
        _attach(made)
    except Refusal as refusal:
        undone(refusal)
        return _form(None, refusal)
    return goto("news.edit", news_id=made.id)


@bp.get("/news/<int:news_id>/edit")
@permit("news.write", of=queries.one)
def edit(news: News) -> Response:
    """The form of a piece, with its steps."""
    return _form(news)


@bp.post("/news/<int:news_id>/edit")
@permit("news.write", of=queries.one)
def change(news: News) -> ResponseReturnValue:
    """The piece is changed."""
    news_id = news.id
    try:
        form = NewsForm.read(request)
        actions.change(news, _written(form), base_version=form.base_version, by=me())
        _attach(news)
    except Refusal as refusal:
        return _refused(news_id, refusal)
    return goto("news.edit", news_id=news_id)


@bp.post("/news/<int:news_id>/<any(publish, withdraw):name>")
@permit("news.write", of=lambda news_id, name: queries.one(news_id))
def step(news: News) -> ResponseReturnValue:
    """The piece is published or withdrawn."""
    news_id = news.id
    try:
        form = StepForm.read(request)
        if part_of_address("name") == "publish":
            actions.publish(news, by=me(), base_version=form.base_version)
        else:
            actions.withdraw(news, note=form.note, by=me(), base_version=form.base_version)
    except Refusal as refusal:
        return _refused(news_id, refusal)
    return goto("news.edit", news_id=news_id)


@bp.post("/news/<int:news_id>/files/<int:file_id>/remove")
@permit("news.write", of=lambda news_id, file_id: queries.one(news_id))
def detach(news: News) -> ResponseReturnValue:
    """A file goes with the piece no more."""
    found = queries.file(news.id, int(part_of_address("file_id")))
    if found is None:
        abort(404)
    actions.detach(found, by=me())
    return goto("news.edit", news_id=news.id)


@bp.get("/jisuban/me")
@permit("news.declare")
def declared() -> Response:
    """What one declared of oneself."""
    return _declared()


@bp.post("/jisuban/me")
@permit("news.declare")
def declare() -> ResponseReturnValue:
    """Something is declared, or taken back."""
    try:
        form = DeclareForm.read(request)
        actions.declare(birth_year=form.birth_year, facts=form.facts, by=me())
    except Refusal as refusal:
        undone(refusal)
        return _declared(refusal)
    return goto("news.declared", kept=1)


@bp.get("/points/<int:point_id>/following")
@permit("news.read", of=points.one)
def following(point: ServicePoint) -> Response:
    """The button by which a point is followed, for its page."""
    who = me().id
    return page(
        "news/following.html",
        point=point,
        follows=who is not None and queries.follows(who, point.id) is not None,
    )


@bp.post("/points/<int:point_id>/<any(follow, unfollow):name>")
@permit("news.declare", of=lambda point_id, name: points.one(point_id))
def follow(point: ServicePoint) -> ResponseReturnValue:
    """The point is followed from now on, or no more."""
    if part_of_address("name") == "follow":
        actions.follow(point, by=me())
    else:
        actions.unfollow(point, by=me())
    return goto("points.one", point_id=point.id)


def title_of(news: News) -> str:
    """The title in the language of the reader, where it was written in it."""
    english = get_locale().language == "en" and news.title_en
    return str(news.title_en if english else news.title)


def body_of(news: News) -> str:
    """The text in the language of the reader, where it was written in it."""
    english = get_locale().language == "en" and news.body_en
    return str(news.body_en if english else news.body)


def _written(form: NewsForm) -> Written:
    return Written(**form.model_dump(exclude={"base_version"}))


def _attach(news: News) -> None:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        try:
            actions.attach(news, sent.stream, sent.filename, by=me())
        except Unacceptable as refusal:
            raise Unacceptable(refusal.words, fields={"file": refusal.words}) from refusal


def _form(news: News | None, refusal: Refusal | None = None) -> Response:
    sent: dict[str, Any] = {}
    chosen: list[str] = []
    if refusal is not None and request.method == "POST" and "title" in request.form:
        sent, chosen = request.form.to_dict(), request.form.getlist("facts")
    elif news is not None:
        wanted = news.wanted or {}
        sent = {name: getattr(news, name, None) for name in NewsForm.model_fields}
        sent |= {"youngest": wanted.get("youngest"), "oldest": wanted.get("oldest")}
        chosen = list(wanted.get("facts") or [])
    return page(
        "news/form.html",
        status=refusal.status if refusal else 200,
        news=news,
        sent=sent,
        chosen=chosen,
        bodies=[(unit.id, unit.name) for unit in queries.bodies(me())],
        categories=CATEGORY_WORDS,
        facts=FACT_WORDS,
        flow=NEWS_FLOW,
        most=FILES,
        errors=refusal.fields if refusal else {},
        told=refusal.words if refusal else None,
    )


def _refused(news_id: int, refusal: Refusal) -> Response:
    again = afresh(refusal, lambda: queries.one(news_id))
    return _form(again, refusal)


def _declared(refusal: Refusal | None = None) -> Response:
    kept = queries.declared(me().id or 0)
    return page(
        "news/declared.html",
        status=refusal.status if refusal else 200,
        birth_year=request.form.get("birth_year")
        if refusal
        else (kept.birth_year if kept else None),
        chosen=request.form.getlist("facts") if refusal else (kept.facts if kept else []),
        facts=FACT_WORDS,
        errors=refusal.fields if refusal else {},
        kept=request.args.get("kept") == "1",
        year=clock.now().year,
    )
