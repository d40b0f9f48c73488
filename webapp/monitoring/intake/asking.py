"""Recorders are asked what they said: Frigate tells nobody of an end that came while it restarted."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from http.client import HTTPException
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
from webapp.monitoring.intake.readers.frigate import EVENT
from webapp.monitoring.intake.readers.values import json_of
from webapp.monitoring.intake.rules import LARGEST_PICTURED, MOST_AT_ONCE, Format
from webapp.monitoring.reaching import checked, opener
from webapp.monitoring.video import queries as video
from webapp.monitoring.video.actions import keep_sent

# So much of what was asked for already is asked for again: reviews end later than they begin.
OVERLAP = timedelta(minutes=10)
FIRST = timedelta(hours=2)
WITHIN_S = 5.0
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
    """New alarms of the recorder have the picture of their first event; answers how many do now.

    What has none yet, or finds no room on the disk, is asked for again for an hour.
    """
    brought = 0
    since = clock.now() - PICTURED_FOR
    for alarm in video.without_pictures(source.code, since=since, limit=MOST_PICTURES):
        named = next(each for each in alarm.media if each.startswith(EVENT))
        path = f"/api/events/{quote(named.removeprefix(EVENT), safe='')}/snapshot.jpg"
        try:
            brought += keep_sent(alarm, fetch(source, path), at=alarm.first_at)
        except (OSError, HTTPException, Refusal) as error:
            log.info("no picture of alarm %s: %s", alarm.id, error)
    return brought


def fetch(source: Source, path: str) -> bytes:
    """What the recorder answers. Its host is looked at again: what is allowed may have changed."""
    settings: Settings = current_app.extensions["settings"]
    address = unseal(source.asked or b"").decode()
    hosts = settings.allowed_camera_hosts
    checked(address, hosts)
    with opener(hosts).open(f"{address.rstrip('/')}{path}", timeout=WITHIN_S) as answer:
        body: bytes = answer.read(LARGEST_PICTURED)
    return body
