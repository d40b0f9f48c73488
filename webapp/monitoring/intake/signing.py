"""Signatures of sources: made over the moment and the body, good for five minutes and once."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.sealing import unseal
from webapp.monitoring.intake.models import Signature, Source
from webapp.monitoring.intake.rules import SKEW

STAMP = "X-Wangge-Timestamp"
SIGNED = "X-Wangge-Signature"


class Forged(Refusal):
    """The signature is missing, wrong, or of another time."""

    status = 401
    code = "forged"


class Replayed(Refusal):
    """The very same request was taken before."""

    status = 409
    code = "replayed"


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What a source sends beside a body: `sha256=` and the HMAC of stamp, a point and the body."""
    made = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"sha256={made.hexdigest()}"


def verify(source: Source, stamp: str, given: str, body: bytes) -> None:
    """The body is what the source signed just now, and it is the first time; or `Forged`, `Replayed`.

    A source without a secret signs nothing.
    """
    if source.secret is None:
        return
    expected = signature(unseal(source.secret).decode(), stamp, body)
    if not hmac.compare_digest(expected.encode(), given.strip().encode()):
        raise Forged(_l("The signature does not fit the body and its time."))
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise Forged(_l("The time of the signature is no number of seconds."))
    now = clock.now()
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > SKEW:
        raise Forged(_l("The signature is of another time: look at the clock of the source."))
    once = insert(Signature).values(
        source_id=source.id, digest=hashlib.sha256(expected.encode()).digest(), at=now
    )
    taken = db.session.execute(once.on_conflict_do_nothing().returning(Signature.at)).first()
    if taken is None:
        raise Replayed(_l("This very request was taken before."))
