"""The big screen: for whoever is signed in, and behind a private address for a screen without a keyboard."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, current_app, request, url_for
from flask_babel import force_locale

from webapp.base import live, web
from webapp.base.access import Actor, me, permit, public
from webapp.base.config import Settings
from webapp.base.language import LANGUAGES
from webapp.base.security import by_key, limiter, listens
from webapp.base.web import page
from webapp.interop.calendars.opening import opened, opens
from webapp.interop.calendars.rules import Kind
from webapp.interop.wall import drawing, shown
from webapp.interop.wall.rules import READS, SCENE_WORDS, TRIES
from webapp.maps import queries as maps
from webapp.people import days
from webapp.people.actors import Person

bp = Blueprint("wall", __name__)

OWN = "a screen that has the private address of a supervisor; its secret is the key"


def _told(status: int, code: str, words: Any, fields: Any) -> Response:
    """A refusal as large as everything else there."""
    return page("wall/told.html", status=status, words=words)


web.face("/screen/", _told)


@bp.get("/wall")
@permit("wall.see")
def screen() -> Response:
    """The big screen of whoever is signed in."""
    lang = request.args.get("lang")
    return _page(me(), now=url_for("wall.now", lang=lang), stream=url_for("live.stream"))


@bp.get("/wall/now")
@listens
@permit("wall.see")
def now() -> Response:
    """What has to be renewed of it."""
    return _now(me())


def _of_this_address() -> str:
    return request.path


@bp.get("/screen/<secret>")
@by_key
@limiter.limit(TRIES)
@limiter.limit(READS, key_func=_of_this_address)
@public(OWN)
def by_address(secret: str) -> Response:
    """The big screen, for the screen that has its private address."""
    _subscription, who = opened(secret, Kind.WALL)
    language = _language(who)
    with force_locale(language):
        return _page(
            who,
            now=url_for("wall.now_by_address", secret=secret, lang=language),
            stream=url_for("wall.stream_by_address", secret=secret),
        )


@bp.get("/screen/<secret>/now")
@by_key
@limiter.limit(TRIES)
@limiter.limit(READS, key_func=_of_this_address)
@public(OWN)
def now_by_address(secret: str) -> Response:
    """What has to be renewed of it."""
    _subscription, who = opened(secret, Kind.WALL)
    with force_locale(_language(who)):
        return _now(who)


@bp.get("/screen/<secret>/live")
@by_key
@limiter.limit(TRIES)
@limiter.limit(READS, key_func=_of_this_address)
@public(OWN)
def stream_by_address(secret: str) -> Response:
    """The news by which such a screen knows that something is new."""
    _subscription, who = opened(secret, Kind.WALL)
    house: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # the app itself

    def lives() -> bool:
        with house.app_context():
            return opens(secret, Kind.WALL)

    return live.told(who, lives=lives)


def _language(who: Person) -> str:
    """That of the address if it says one, else that of its owner, else that of the house."""
    asked = request.args.get("lang", "")
    settings: Settings = current_app.extensions["settings"]
    return asked if asked in LANGUAGES else who.locale or settings.locale


def _page(who: Actor, *, now: str, stream: str) -> Response:
    return page(
        "wall/page.html",
        wall=shown.wall(who),
        ground=drawing.ground(maps.territory().set_id),
        width=drawing.WIDTH,
        height=drawing.HEIGHT,
        scenes=SCENE_WORDS,
        kinds=" ".join(live.WATCHED),
        zone=days.zone().key,
        now=now,
        stream=stream,
    )


def _now(who: Actor) -> Response:
    return page("wall/now.html", wall=shown.wall(who))
