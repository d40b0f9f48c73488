"""Passes: who said what for may see a camera for a while, or a wall for a shift, and nobody they hand it to."""

from __future__ import annotations

import secrets

from itsdangerous import BadData, URLSafeTimedSerializer

from webapp.base import security
from webapp.base.access import Actor
from webapp.base.flow import NotAllowed
from webapp.monitoring.video.rules import PASS_S, PASS_WORDS, WALL_S


def issued(camera_id: int, who: Actor) -> str:
    """A pass to this camera for this account, as a part of an address; no two are alike."""
    return _signer().dumps([camera_id, who.id, secrets.token_hex(4)])


def check(written: str, camera_id: int, who: Actor) -> None:
    """The pass is theirs, for this camera, and not too old; else `NotAllowed`."""
    try:
        said = _signer().loads(written, max_age=PASS_S)
    except BadData as error:
        raise NotAllowed(PASS_WORDS) from error
    if said[:2] != [camera_id, who.id]:
        raise NotAllowed(PASS_WORDS)


def to_clip(clip_id: int, who: Actor) -> str:
    """A pass to this clip for this account, as a part of an address."""
    return _signer("camera clip").dumps([clip_id, who.id])


def check_clip(written: str, clip_id: int, who: Actor) -> None:
    """The pass is theirs, for this clip, and not too old; else `NotAllowed`."""
    try:
        said = _signer("camera clip").loads(written, max_age=PASS_S)
    except BadData as error:
        raise NotAllowed(PASS_WORDS) from error
    if said != [clip_id, who.id]:
        raise NotAllowed(PASS_WORDS)


def begun(purpose: str, who: Actor) -> str:
    """What the page of a wall says again when other cameras come into view: who began it, and what for."""
    return _signer("camera wall").dumps([purpose, who.id])


def purpose_of(written: str, who: Actor) -> str:
    """What for this account began the wall; `NotAllowed` where it was another, or too long ago."""
    try:
        purpose, account = _signer("camera wall").loads(written, max_age=WALL_S)
    except (BadData, ValueError) as error:
        raise NotAllowed(PASS_WORDS) from error
    if account != who.id:
        raise NotAllowed(PASS_WORDS)
    return str(purpose)


def _signer(salt: str = "camera look") -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(security.signing_keys(), salt=salt)
