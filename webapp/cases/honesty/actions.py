"""What is done for honest work: pictures are marked, questions raised, and a person answers them."""

from __future__ import annotations

import io
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from webapp.base import clock, files, tasks
from webapp.base.access import HOUSE, Actor
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.cases.honesty import queries
from webapp.cases.honesty.marks import bands_of, is_drawn, mark_of
from webapp.cases.honesty.models import HonestyFlag, PictureMark
from webapp.cases.honesty.rules import FLAG_FLOW, FlagKind, FlagState

AT_ONCE = 200


def look(limit: int = AT_ONCE) -> int:
    """Pictures that had no mark have one, and what about them asks for a look stands in the list.

    Answers how many pictures were looked at.
    """
    fresh = queries.unmarked(limit)
    for media in fresh:
        mark = _mark(media.file)
        across, down = mark or (None, None)
        bands = bands_of(across) if across is not None else []
        row = PictureMark(
            media_id=media.id, case_id=media.case_id, across=across, down=down, bands=bands
        )
        db.session.add(row)
    db.session.flush()
    for row in queries.findings([media.id for media in fresh]):
        _raise(row.case_id, row.kind, row.media_id, row.other_media_id, row.facts)
    return len(fresh)


def _mark(file: StoredFile) -> tuple[int, int] | None:
    try:
        return mark_of(io.BytesIO(files.body_of(file)))
    except FileNotFoundError:
        return None


def draw(after: int = 0) -> int:
    """Of the cases solved on the spot five of a hundred wait for a look; answers how many are new."""
    new = 0
    while cases := queries.solved_on_the_spot(after):
        new += sum(
            _raise(case.id, FlagKind.SAMPLE, None, None, {})
            for case in cases
            if is_drawn(case.number)
        )
        after = cases[-1].id
    return new


def settle(
    flag: HonestyFlag, name: str, *, by: Actor, note: str | None = None, **moved: Any
) -> None:
    """Somebody has looked and said so. Nothing follows from it by itself."""
    FLAG_FLOW.move(flag, name, by=by, evidence={"note": note}, data={"note": note}, **moved)
    flag.decided_by_id, flag.decided_at, flag.note = by.id, clock.now(), note


@tasks.task("honesty.look", cron="*/5 * * * *")
def look_again() -> None:
    """New pictures are looked at."""
    look()


@tasks.task("honesty.draw", cron="43 2 * * *")
def draw_daily() -> None:
    """The lot is drawn among what was solved on the spot."""
    draw()


def _raise(
    case_id: int, kind: str, media_id: int | None, other_id: int | None, facts: dict[str, Any]
) -> bool:
    """The question is asked once, whatever was answered."""
    arriving = insert(HonestyFlag).values(
        case_id=case_id,
        kind=kind,
        media_id=media_id,
        other_media_id=other_id,
        facts=facts,
        state=FlagState.OPEN,
        version=1,
        raised_at=clock.now(),
    )
    flag = db.session.scalar(arriving.on_conflict_do_nothing().returning(HonestyFlag))
    if flag is None:
        return False
    FLAG_FLOW.begin(flag, "raise", by=HOUSE, data={"kind": kind, "case": case_id})
    return True
