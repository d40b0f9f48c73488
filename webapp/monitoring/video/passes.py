"""Passes: who said what for may see the pictures of a camera for a while, and nobody they hand it to."""

from __future__ import annotations

from flask import current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.base.access import Actor
from webapp.base.flow import NotAllowed
from webapp.monitoring.video.rules import PASS_S, PASS_WORDS


def issued(camera_id: int, who: Actor) -> str:
    """A pass to this camera for this account, as a part of an address."""
    return _signer().dumps([camera_id, who.id])


def check(written: str, camera_id: int, who: Actor) -> None:
    """The pass is theirs, for this camera, and not too old; else `NotAllowed`."""
    try:
        said = _signer().loads(written, max_age=PASS_S)
    except BadData as error:
        raise NotAllowed(PASS_WORDS) from error
    if said != [camera_id, who.id]:
        raise NotAllowed(PASS_WORDS)


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt="camera look")
