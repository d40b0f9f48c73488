"""How a request of Open311 becomes a case."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flask_babel import lazy_gettext as _l

from webapp.base.access import Actor
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import NotAllowed, Unacceptable
from webapp.cases import actions as cases, questions
from webapp.cases.models import Case, CaseClass, CaseContact
from webapp.cases.questions import LINK
from webapp.cases.rules import Source
from webapp.interop.open311 import queries
from webapp.interop.open311.forms import RequestForm
from webapp.interop.open311.models import Open311Request
from webapp.people import phones

# A cell is a square of about so many metres: nobody knows where in it the matter is.
CELL_M = 100.0


def send(
    wish: RequestForm, service: CaseClass, *, by: Actor, prefix: str
) -> tuple[Case, Open311Request]:
    """The request is a case that waits at the desk, as if a resident had told it.

    How its reporter is reached stands beside it for the desk only, and no text is sent there: nobody
    has shown that the number is theirs. A link to a photo is kept as the reporter said it; nothing
    is fetched from it. The same `client_id` sent again answers the first request.
    """
    phone = phones.normal(wish.phone) if wish.phone else None
    lon, lat, accuracy_m = _place(wish)
    case = cases.report(
        class_code=service.code,
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        accuracy_m=accuracy_m,
        words=wish.description,
        where_words=wish.address_string,
        source=Source.PUBLIC,
        by=by,
        client_id=wish.client_id,
        answers=wish.attributes,
        prefix=prefix,
    )
    if case.replayed:
        known = queries.request_of(case.id)
        if known is None:
            raise NotAllowed(_l("This report belongs to somebody else."))
        return case, known
    if wish.media_url:
        case.answers = [*case.answers, _link(wish.media_url)]
    if wish.name or phone or wish.email:
        db.session.add(CaseContact(case_id=case.id, name=wish.name, phone=phone, email=wish.email))
    sent = Open311Request(case_id=case.id, batch=service.triage)
    db.session.add(sent)
    db.session.flush()
    return case, sent


def check(wish: RequestForm, service: CaseClass | None) -> None:
    """Raises `Unacceptable` unless the phone, the place and the answers of a request can be used.

    All that is wrong stands in one refusal.
    """
    looks: list[Callable[[], object]] = [lambda: _place(wish)]
    if wish.phone:
        looks.append(partial(phones.normal, wish.phone))
    if service is not None:
        looks.append(partial(questions.check_answers, service.code, wish.attributes))
    wrong: dict[str, object] = {}
    for look in looks:
        try:
            look()
        except Unacceptable as refusal:
            wrong |= refusal.fields or {"form": refusal.words}
    if wrong:
        raise Unacceptable(_l("Please check the marked fields."), fields=wrong)


def _place(wish: RequestForm) -> tuple[float | None, float | None, float | None]:
    """(lon, lat, accuracy in metres), each None where the place is said in words only."""
    if wish.lat is not None and wish.long is not None:
        return wish.long, wish.lat, None
    if wish.lat is not None or wish.long is not None:
        missing = "long" if wish.long is None else "lat"
        raise Unacceptable(_l("lat and long go together."), fields={missing: _l("This is needed.")})
    if wish.address_id:
        inside = queries.in_cell(wish.address_id)
        if inside is None:
            words = _l("There is no unit cell with this code.")
            raise Unacceptable(words, fields={"address_id": words})
        return *inside, CELL_M
    if not wish.address_string:
        words = _l("Say where it is: lat and long, address_id or address_string.")
        raise Unacceptable(words, fields={"lat": words})
    return None, None, None


def _link(address: str) -> dict[str, str]:
    return {
        "code": "media_url",
        "words": "照片链接（未经核对，请谨慎打开）",
        "words_en": "Link to a photo (not checked, open with care)",
        "datatype": LINK,
        "value": address,
    }
