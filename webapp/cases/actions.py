"""How a case comes in, what belongs to it, and how it is put right. Its moves are in `moves`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Text, cast, func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from webapp.base import clock
from webapp.base.access import HOUSE, Actor, may
from webapp.base.datum import Datum, to_wgs84
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import NotAllowed, NotOpen, Unacceptable
from webapp.base.spatial import standing_at
from webapp.cases import queries, questions, timing
from webapp.cases.around import queries as around
from webapp.cases.models import NUMBERS, Case, CaseClass, CaseMedia
from webapp.cases.moves import unchanged
from webapp.cases.routing import actions as routing
from webapp.cases.rules import CASE_FLOW, UNSENT, Source, Stage, State
from webapp.cases.telling import tell_arrival
from webapp.grids import queries as grids
from webapp.people.outdoors import Stood, away_m

FARTHEST_M = 50_000


def report(
    *,
    class_code: str,
    lon: float | None,
    lat: float | None,
    datum: Datum,
    accuracy_m: float | None = None,
    words: str | None = None,
    where_words: str | None = None,
    said_grid: str | None = None,
    source: Source,
    by: Actor,
    happened_at: datetime | None = None,
    client_id: uuid.UUID | None = None,
    answers: Mapping[str, Any] | None = None,
    confidential: bool = False,
    private: bool = False,
    prefix: str,
) -> Case:
    """A case comes in. It is in its grid and cell from the first moment; the desk and the grid know.

    Which open cases may be the same matter stands in its first event.

    `client_id` makes it idempotent: the same report sent twice answers the first case. A report in
    no grid, or with a place in words only, is kept and waits in the queue "outside". `answers` are
    those to the questions of the class, by their codes, and are checked; None: nobody was asked. The
    log does not say which resident it was: it can never be erased there.
    """
    found = queries.class_with_condition(class_code)
    if found is None:
        words_ = _l("There is no class with this code.")
        raise Unacceptable(words_, fields={"class_code": words_})
    now = clock.now()
    said = grids.one(said_grid) if said_grid else None
    if said_grid and said is None:
        words_ = _l("There is no grid with this code.")
        raise Unacceptable(words_, fields={"said_grid": words_})
    answered = questions.check_answers(class_code, answers) if answers is not None else []
    arriving = insert(Case).values(
        number=_number(prefix, now),
        client_id=client_id,
        class_code=class_code,
        version=1,
        words=words,
        where_words=where_words,
        source=source,
        state=State.REPORTED,
        reporter_id=by.id,
        happened_at=happened_at or now,
        received_at=now,
        said_grid_id=said.id if said else None,
        answers=answered,
        confidential=confidential,
        private=private,
        **timing.terms(found[1], since=now, at=State.REPORTED),
        **_place(lon, lat, datum, accuracy_m),
    )
    # The same report may be coming in by another connection at this moment: then this one waits.
    arriving = arriving.on_conflict_do_nothing(index_elements=[Case.client_id])
    case: Case | None = db.session.scalar(arriving.returning(Case))
    if case is None:
        return _arrived(client_id, by)
    if case.grid_id is None and queries.metres_outside(case) > FARTHEST_M:
        words_ = _l("This point lies more than 50 km away from here. Is the position right?")
        raise Unacceptable(words_, fields={"lon": words_})
    twins = around.twin_numbers(case)
    logged = HOUSE if source == Source.PUBLIC else by
    data = {"twins": twins} if twins else None
    CASE_FLOW.begin(case, "report", by=logged, client_at=happened_at, data=data)
    routing.route(case)
    tell_arrival(case, by)
    return case


def add_media(
    case: Case,
    file: StoredFile,
    *,
    stage: Stage,
    client_id: uuid.UUID | None = None,
    stood: Stood | None = None,
) -> CaseMedia:
    """The picture or voice note belongs to the case; how far from it it was taken is kept.

    By its own word, and by that of the phone which brings it.
    """
    known = queries.media_by_mark(case.id, client_id) if client_id else None
    if known is not None:
        return known
    media = CaseMedia(
        case_id=case.id,
        file_id=file.id,
        stage=stage,
        client_id=client_id,
        distance_m=_away(case, file),
        created_at=clock.now(),
    )
    if stood is not None:
        media.phone_lon, media.phone_lat = to_wgs84(stood.lon, stood.lat, stood.datum)
        media.phone_accuracy_m, media.phone_heading = stood.accuracy_m, stood.heading
        media.phone_m = away_m(case, stood.lon, stood.lat, stood.datum)
    try:
        with db.session.begin_nested():
            db.session.add(media)
            db.session.flush()
    except IntegrityError:
        # The same picture came in by another connection at the same moment.
        known = queries.media_by_mark(case.id, client_id) if client_id else None
        if known is None:
            raise
        return known
    return media


def may_attach(case: Case, *, by: Actor) -> None:
    """Raises `NotAllowed` unless `by` has a part in the case, or works at the desk."""
    parts = {case.reporter_id, case.verifier_id, case.handler_id, case.checker_id}
    allowed = ("cases.accept", "cases.handle")
    if by.id not in parts and not any(may(by, right, case) for right in allowed):
        raise NotAllowed(_l("Only those who have a part in this case add pictures to it."))


def split(case: Case, *, class_code: str, words: str, by: Actor, prefix: str) -> Case:
    """A part of the case is a case of its own at the same place; the first is not closed before it."""
    if case.geom is None or case.datum is None or case.raw_lon is None or case.raw_lat is None:
        raise Unacceptable(_l("A case without a place cannot be split."))
    child = report(
        class_code=class_code,
        lon=case.raw_lon,
        lat=case.raw_lat,
        datum=Datum(case.datum),
        accuracy_m=case.accuracy_m,
        words=words,
        where_words=case.where_words,
        source=Source.DESK,
        by=by,
        prefix=prefix,
    )
    child.parent_id = case.id
    CASE_FLOW.record(case, "split", by=by, data={"number": child.number})
    return child


def correct(
    case: Case,
    *,
    by: Actor,
    class_code: str | None = None,
    grid_code: str | None = None,
    note: str,
    base_version: int | None = None,
) -> None:
    """The class or the grid is put right before anybody was sent; both values stay in the log."""
    unchanged(case, base_version)
    if case.state not in UNSENT:
        raise NotOpen(_l("Somebody has been sent already; class and grid stay as they are."))
    changed: dict[str, Any] = {}
    if class_code and class_code != case.class_code:
        if db.session.get(CaseClass, class_code) is None:
            words = _l("There is no class with this code.")
            raise Unacceptable(words, fields={"class_code": words})
        changed["class"] = [case.class_code, class_code]
        case.class_code = class_code
    if grid_code:
        grid = grids.one(grid_code)
        version = grids.version_of(grid) if grid else None
        if grid is None or version is None:
            words = _l("There is no grid with this code.")
            raise Unacceptable(words, fields={"grid": words})
        if grid.id != case.grid_id:
            changed["grid"] = [case.grid_id, grid.id]
            changed["grid_names"] = [case.grid.name if case.grid else "–", grid.name]
            case.grid_id, case.grid_version_id, case.on_border = grid.id, version.id, False
    if not changed:
        raise Unacceptable(_l("Nothing would change."))
    CASE_FLOW.record(case, "correct", by=by, data={"note": note, **changed})
    routing.route(case)
    db.session.expire(case, ["grid", "case_class"])


def _place(
    lon: float | None, lat: float | None, datum: Datum, accuracy_m: float | None
) -> dict[str, Any]:
    if lon is None or lat is None:
        return {}
    return standing_at(lon, lat, datum=datum, accuracy_m=accuracy_m)


def _away(case: Case, file: StoredFile) -> float | None:
    if file.taken_lon is None or file.taken_lat is None:
        return None
    return away_m(case, file.taken_lon, file.taken_lat)


def _arrived(client_id: uuid.UUID | None, by: Actor) -> Case:
    case = queries.by_client_id(client_id)
    if case is None or case.reporter_id != by.id:
        raise NotAllowed(_l("This report belongs to somebody else."))
    case.replayed = True
    return case


def _number(prefix: str, now: datetime) -> Any:
    """SQL: the day and the next number, such as DJJ-261123-00042."""
    day = now.astimezone(timing.office().zone)
    count = cast(NUMBERS.next_value() % 100_000, Text)
    return literal(f"{prefix}-{day:%y%m%d}-") + func.lpad(count, 5, "0")
