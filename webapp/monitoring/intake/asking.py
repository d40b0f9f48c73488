"""Recorders are asked what they said: Frigate tells nobody of an end that came while it restarted."""

from __future__ import annotations

import json
import logging
import time
from datetime import timedelta
from http.client import HTTPException
from typing import Any
from urllib.parse import quote

from flask import current_app

from webapp.base import clock, tasks
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.flow import Refusal
from webapp.base.sealing import unseal
from webapp.monitoring.intake import queries, several
from webapp.monitoring.intake.arriving import Sent
from webapp.monitoring.intake.models import Source
from webapp.monitoring.intake.readers.frigate import EVENT, OF_EVENT
from webapp.monitoring.intake.readers.values import json_of, object_of
from webapp.monitoring.intake.rules import LARGEST_PICTURED, MOST_AT_ONCE, Format
from webapp.monitoring.reaching import checked, opener
from webapp.monitoring.video import queries as video
from webapp.monitoring.video.actions import keep_sent

# So much of what was asked for already is asked for again: reviews end later than they begin.
OVERLAP = timedelta(minutes=10)
FIRST = timedelta(hours=2)
WITHIN_S, A_PIECE = 5.0, 1 << 16
# So long a picture is asked for, and at most so many each time.
PICTURED_FOR, MOST_PICTURES = timedelta(hours=1), 10

log = logging.getLogger(__name__)


@tasks.task("intake.ask", cron="* * * * *")
def ask_all() -> None:
    """Every recorder with an address was asked; why one did not answer stands on its page."""
    for source in queries.asked():
        if ask(source):
            bring_pictures(source)
        db.session.commit()  # what one said does not wait for the next


def ask(source: Source) -> int:
    """The reviews of a recorder since it was asked last are in the inbox; answers how many it told."""
    now = clock.now()
    source.asked_at = now
    since = (source.asked_to or now - FIRST) - OVERLAP
    try:
        rows = json_of(
            fetch(source, f"/api/review?after={since.timestamp():.0f}&limit={MOST_AT_ONCE}")
        )
        if not isinstance(rows, list):
            raise ValueError("no list of reviews")
    except (OSError, HTTPException, ValueError, Refusal) as error:
        source.unasked = str(error)[:200] or type(error).__name__
        return 0
    said = [Sent(json.dumps(row).encode(), "application/json") for row in rows]
    several.take_all(source, Format.FRIGATE, said)
    source.asked_to, source.unasked = now, None
    return len(rows)


def bring_pictures(source: Source) -> int:
    """New alarms of the recorder have the picture of their first event and lie where that was seen;
    answers how many have it now.

    What has none yet, or finds no room on the disk, is asked for again for an hour.
    """
    brought = 0
    since = clock.now() - PICTURED_FOR
    for alarm in video.without_pictures(source.code, since=since, limit=MOST_PICTURES):
        name = next(each for each in alarm.media if each.startswith(EVENT)).removeprefix(EVENT)
        try:
            brought += keep_sent(
                alarm, fetch(source, f"{event_path(name)}/snapshot.jpg"), at=alarm.first_at
            )
            if alarm.camera_id is not None and "place" not in alarm.said:
                _place(source, name)
        except (OSError, HTTPException, Refusal) as error:
            log.info("no picture of alarm %s: %s", alarm.id, error)
    return brought


def _place(source: Source, name: str) -> None:
    """The alarm of this event lies where it was seen; of the event nothing else is kept."""
    row = event(source, name)
    box = {"box": row["data"].get("box")} if isinstance(row.get("data"), dict) else {}
    kept = {"id": row.get("id"), "camera": row.get("camera"), "data": box}
    sent = Sent(json.dumps(kept).encode(), "application/json", OF_EVENT)
    several.take_all(source, Format.FRIGATE, [sent])


def event(source: Source, name: str) -> dict[str, Any]:
    """What the recorder knows of one of its events. Raises `OSError`, `HTTPException` or a `Refusal`."""
    return object_of(fetch(source, event_path(name)))


def event_path(name: str) -> str:
    """Where the recorder tells of one of its events."""
    return f"/api/events/{quote(name, safe='')}"


def fetch(
    source: Source, path: str, *, most: int = LARGEST_PICTURED, within_s: float = WITHIN_S
) -> bytes:
    """What the recorder answers. Its host is looked at again: what is allowed may have changed.

    Raises `OSError` where it is more than so many bytes, or takes longer than so long.
    """
    settings: Settings = current_app.extensions["settings"]
    address = unseal(source.asked or b"").decode()
    hosts = settings.allowed_camera_hosts
    checked(address, hosts)
    until, body = time.monotonic() + within_s, bytearray()
    with opener(hosts).open(f"{address.rstrip('/')}{path}", timeout=WITHIN_S) as answer:
        while some := answer.read(A_PIECE):
            body += some
            if len(body) > most or time.monotonic() > until:
                raise OSError("more than is taken at once")
    return bytes(body)
