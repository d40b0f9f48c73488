"""Pictures that came with a message belong to its alarms; where the disk has no room, a little later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import current_app

from webapp.base import tasks
from webapp.base.sealing import unseal
from webapp.monitoring.alarms import queries as known
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.intake import queries
from webapp.monitoring.intake.models import Message
from webapp.monitoring.intake.readers import parts
from webapp.monitoring.video import actions as video


def keep(message: Message, alarms: Iterable[Alarm], pictures: Sequence[bytes]) -> None:
    """The alarms have these pictures, or the message knows that they still wait for room on the disk."""
    try:
        for alarm in alarms:
            for each in pictures:
                video.keep_sent(alarm, each, at=message.received_at)
        message.unpictured = False
    except OSError as error:
        current_app.logger.warning("the pictures of message %s wait: %s", message.id, error)
        message.unpictured = True


@tasks.task("intake.picture", cron="* * * * *")
def picture() -> None:
    """Pictures for which the disk had no room are with their alarms, once it has."""
    for message in queries.unpictured():
        alarms = [each for each in map(known.one, message.alarm_ids) if each is not None]
        pieces = parts.split(unseal(message.body), message.content_type)
        keep(message, alarms, [each.body for each in pieces if each.is_picture])
        if message.unpictured:
            return
