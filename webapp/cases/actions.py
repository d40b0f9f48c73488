"""What is done to cases. Every change of state goes through the flow."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from math import hypot
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Text, cast, func, literal
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from webapp.base import clock, notices
from webapp.base.access import Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db, lock
from webapp.base.files import StoredFile
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.base.language import N_
from webapp.base.spatial import shape_of, standing_at, to_metric
from webapp.cases import queries
from webapp.cases.models import NUMBERS, Assignment, Case, CaseClass, CaseMedia
from webapp.cases.rules import CASE_FLOW, UNSENT, Duty, Source, Stage, State, limit_of
from webapp.grids import queries as grids
from webapp.people import queries as people

OFFICE = clock.Calendar()

FARTHEST_M = 50_000

ON_WATCH = ("grid_worker", "grid_leader")
DISPATCHERS = ("dispatcher", "acceptor", "shift_leader")


def report(
    *,
    class_code: str,
    lon: float,
    lat: float,
    datum: Datum,
    accuracy_m: float | None = None,
    words: str | None = None,
    where_words: str | None = None,
    said_grid: str | None = None,
    source: Source,
    by: Actor,
    happened_at: datetime | None = None,
    client_id: uuid.UUID | None = None,
    prefix: str,
) -> Case:
    """A case comes in. It is in its grid and cell from the first moment; the desk and the grid know.

    `client_id` makes it idempotent: the same report sent twice answers the first case. A report in
    no grid is kept, and waits in the queue "outside".
    """
    case_class = db.session.get(CaseClass, class_code)
    if case_class is None:
        words_ = _l("There is no class with this code.")
        raise Unacceptable(words_, fields={"class_code": words_})
    now = clock.now()
    said = grids.one(said_grid) if said_grid else None
    if said_grid and said is None:
        words_ = _l("There is no grid with this code.")
        raise Unacceptable(words_, fields={"said_grid": words_})
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
        due_at=OFFICE.due(now, limit_of(class_code)),
        said_grid_id=said.id if said else None,
        **standing_at(lon, lat, datum=datum, accuracy_m=accuracy_m),
    )
    # The same report may be coming in by another connection at this moment: then this one waits.
    arriving = arriving.on_conflict_do_nothing(index_elements=[Case.client_id])
    case: Case | None = db.session.scalar(arriving.returning(Case))
    if case is None:
        return _arrived(client_id, by)
    if case.grid_id is None and queries.metres_outside(case) > FARTHEST_M:
        words_ = _l("This point lies more than 50 km away from here. Is the position right?")
        raise Unacceptable(words_, fields={"lon": words_})
    CASE_FLOW.begin(case, "report", by=by, client_at=happened_at)
    _tell_arrival(case, by)
    return case


def add_media(
    case: Case,
    file: StoredFile,
    *,
    stage: Stage,
    client_id: uuid.UUID | None = None,
) -> CaseMedia:
    """The picture or voice note belongs to the case; how far from it it was taken is kept."""
    known = queries.media_by_mark(case.id, client_id) if client_id else None
    if known is not None:
        return known
    media = CaseMedia(
        case_id=case.id,
        file_id=file.id,
        stage=stage,
        client_id=client_id,
        distance_m=_away(case, file),
    )
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
    parts = {case.reporter_id, case.handler_id, case.checker_id}
    if by.id not in parts and not may(by, "cases.accept", case):
        raise NotAllowed(_l("Only those who have a part in this case add pictures to it."))


def self_close(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The finder has solved it on the spot, with a picture of before and after."""
    if not case.case_class.self_close:
        raise Unacceptable(
            _l("This kind of case is not closed on the spot: the desk sends somebody.")
        )
    CASE_FLOW.move(case, "self_close", by=by, evidence=_pictures(case), data=_said(note), **moved)
    case.closed_at = clock.now()


def reject(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The case is not accepted; whoever reported it knows why."""
    CASE_FLOW.move(case, "reject", by=by, evidence={"note": note}, data=_said(note), **moved)
    case.closed_at = clock.now()
    _tell(case, [case.reporter_id], N_("Case %(number)s was not accepted: %(note)s"), note=note)


def file_case(case: Case, *, by: Actor, **moved: Any) -> None:
    """The case is on file and waits for somebody to be sent."""
    CASE_FLOW.move(case, "file", by=by, **moved)


def dispatch(
    case: Case, *, to: int | None, by: Actor, note: str | None = None, **moved: Any
) -> None:
    """Somebody is sent to handle it and knows; a case just reported is filed on the way."""
    lock(case)
    if case.state == State.REPORTED:
        CASE_FLOW.move(case, "file", by=by, **moved)
        moved.pop("base_version", None)
    evidence = {"worker": to}
    CASE_FLOW.move(case, "dispatch", by=by, evidence=evidence, data=_said(note, to=to), **moved)
    case.handler_id = to
    _assign(case, to, Duty.HANDLE, by, note)
    _tell(case, [to], N_("You are sent to handle %(number)s: %(what)s"))


def sign(case: Case, *, by: Actor, **moved: Any) -> None:
    """The one who was sent has taken it on."""
    CASE_FLOW.move(case, "sign", by=by, **moved)
    assignment = queries.open_assignment(case.id, Duty.HANDLE)
    if assignment:
        assignment.taken_at = clock.now()


def feedback(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """It is handled, shown by a picture; the desk sends somebody else to look."""
    CASE_FLOW.move(case, "feedback", by=by, evidence=_pictures(case), data=_said(note), **moved)
    _tell(
        case, people.holders_everywhere(DISPATCHERS), N_("%(number)s is handled and wants a check")
    )


def send_check(
    case: Case, *, to: int | None, by: Actor, note: str | None = None, **moved: Any
) -> None:
    """Somebody else than the handler is sent to look."""
    if to is not None and to == case.handler_id:
        words = _l("Whoever handled it does not check it. Choose somebody else.")
        raise Unacceptable(words, fields={"worker": words})
    CASE_FLOW.move(
        case, "send_check", by=by, evidence={"worker": to}, data=_said(note, to=to), **moved
    )
    case.checker_id = to
    _assign(case, to, Duty.CHECK, by, note)
    _tell(case, [to], N_("Please check whether %(number)s is solved: %(what)s"))


def pass_check(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The checker has seen that it is solved."""
    CASE_FLOW.move(case, "pass", by=by, data=_said(note), **moved)
    _end(case, Duty.CHECK)
    _tell(case, people.holders_everywhere(DISPATCHERS), N_("%(number)s passed its check"))


def fail_check(case: Case, *, by: Actor, note: str | None, **moved: Any) -> None:
    """The checker has seen that it is not solved; the handler goes on."""
    CASE_FLOW.move(case, "fail", by=by, evidence={"note": note}, data=_said(note), **moved)
    _end(case, Duty.CHECK)
    case.checker_id = None
    _tell(case, [case.handler_id], N_("%(number)s is not solved yet: %(note)s"), note=note)


def close(case: Case, *, by: Actor, note: str | None = None, **moved: Any) -> None:
    """The case is closed; whoever reported it knows."""
    CASE_FLOW.move(case, "close", by=by, data=_said(note), **moved)
    case.closed_at = clock.now()
    _end(case, Duty.HANDLE)
    _tell(case, [case.reporter_id], N_("%(number)s is closed: %(what)s"))


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
    lock(case)
    if base_version is not None and case.version != base_version:
        raise Changed(_l("Somebody changed this case a moment ago. Look at it again, please."))
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
            case.grid_id, case.grid_version_id, case.on_border = grid.id, version.id, False
    if not changed:
        raise Unacceptable(_l("Nothing would change."))
    CASE_FLOW.record(case, "correct", by=by, data=_said(note, **changed))
    db.session.expire(case, ["grid", "case_class"])


def _away(case: Case, file: StoredFile) -> float | None:
    if case.geom is None or file.taken_lon is None or file.taken_lat is None:
        return None
    x, y = to_metric(file.taken_lon, file.taken_lat)
    here = shape_of(case.geom).centroid
    return hypot(x - here.x, y - here.y)


def _arrived(client_id: uuid.UUID | None, by: Actor) -> Case:
    case = queries.by_client_id(client_id)
    if case is None or case.reporter_id != by.id:
        raise NotAllowed(_l("This report belongs to somebody else."))
    case.replayed = True
    return case


def _number(prefix: str, now: datetime) -> Any:
    """SQL: the day and the next number, such as DJJ-261123-00042."""
    day = now.astimezone(OFFICE.zone)
    count = cast(NUMBERS.next_value() % 100_000, Text)
    return literal(f"{prefix}-{day:%y%m%d}-") + func.lpad(count, 5, "0")


def _pictures(case: Case) -> dict[str, bool]:
    stages = queries.stages_of(case.id)
    return {"before_photo": Stage.FOUND in stages, "after_photo": Stage.AFTER in stages}


def _said(note: str | None, **more: Any) -> dict[str, Any]:
    return {**({"note": note} if note else {}), **more}


def _assign(case: Case, to: int | None, duty: Duty, by: Actor, note: str | None) -> None:
    _end(case, duty)
    db.session.add(
        Assignment(case_id=case.id, account_id=to, duty=duty, sent_by_id=by.id, note=note)
    )
    db.session.flush()


def _end(case: Case, duty: Duty) -> None:
    assignment = queries.open_assignment(case.id, duty)
    if assignment:
        assignment.ended_at = clock.now()
        db.session.flush()


def _tell_arrival(case: Case, by: Actor) -> None:
    readers = {*people.who_watches(ON_WATCH, DISPATCHERS, grid_id=case.grid_id)} - {by.id}
    if case.grid is None:
        _tell(case, readers, N_("New, in no grid: %(what)s (%(number)s)"))
    else:
        words = N_("New in %(where)s: %(what)s (%(number)s)")
        _tell(case, readers, words, where=case.grid.name)


def _tell(case: Case, to: Iterable[int | None], words: str, **params: Any) -> None:
    notices.notify(
        (account for account in to if account is not None),
        words,
        url=f"/cases/{case.id}",
        number=case.number,
        what=case.case_class.name,
        what_en=case.case_class.name_en,
        **params,
    )
