"""Pictures and voice notes that come with a report or a step."""

from __future__ import annotations

import uuid

from flask import request

from webapp.base import files
from webapp.base.access import Actor, me
from webapp.cases import actions, queries
from webapp.cases.models import Case, CaseMedia
from webapp.cases.rules import Stage
from webapp.people.outdoors import Stood

# What the picture of a field shows, whatever the step is.
SHOWS = {"before": Stage.FOUND, "after": Stage.AFTER}


def keep_media(
    case: Case,
    stage: Stage,
    mark: uuid.UUID | None,
    stood: Stood | None = None,
    *,
    by: Actor | None = None,
) -> list[CaseMedia]:
    """What this request brings belongs to the case; the same file sent twice is kept once.

    `stood` is where the phone was when it was taken; `by` has sent it, where the request itself is
    not yet signed in.
    """
    kept = []
    sent = [
        (name, upload)
        for name in ("before", "photo", "after", "voice")
        for upload in request.files.getlist(name)
        if upload.filename
    ]
    for place, (name, upload) in enumerate(sent):
        own = uuid.uuid5(mark, f"{name}-{place}") if mark else None
        known = queries.media_by_mark(case.id, own) if own else None
        if known is not None:
            kept.append(known)
            continue
        keep = files.keep_sound if name == "voice" else files.keep_picture
        file = keep(upload.stream, by=by or me())
        shows = SHOWS.get(name, stage)
        kept.append(actions.add_media(case, file, stage=shows, client_id=own, stood=stood))
    return kept
