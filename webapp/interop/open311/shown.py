"""What Open311 tells: services, their questions, requests and updates. Nothing about persons.

Everything about a case is what `cases.publishing` lets the public know, in the names of the
specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, url_for
from flask_babel import format_date, get_locale, gettext as _

from webapp.base.audit import Event
from webapp.base.config import Settings
from webapp.cases import publishing
from webapp.cases.models import Case, CaseClass
from webapp.cases.publishing import SHOWN, SHOWN_WORDS, Shown
from webapp.cases.residents import queries as residents
from webapp.cases.residents.rules import PUBLIC_STEPS
from webapp.cases.rules import State
from webapp.cases.standards.models import ClassQuestion
from webapp.interop.open311 import queries
from webapp.interop.open311.answers import Many
from webapp.interop.open311.models import Open311Request
from webapp.interop.open311.rules import (
    BASE,
    CHANGESET,
    CONTENT_TYPES,
    SPECIFICATION,
    Status,
    Type,
    update_status,
)


def discovery() -> dict[str, Any]:
    """Where the interface is, in which formats, and how a key is had."""
    settings: Settings = current_app.extensions["settings"]
    key = _(
        "The administrators of the office hand out keys: tokens of the scope open311. See %(page)s.",
        page=f"{settings.address}/help/open311",
    )
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{settings.address}{BASE}/v2",
        "changeset": CHANGESET,
        "type": "production" if settings.production else "test",
        "formats": Many("format", [each.partition(";")[0] for each in CONTENT_TYPES.values()]),
    }
    office = queries.office() or ""
    return {
        "changeset": CHANGESET,
        "contact": f"{office} {settings.address}".strip(),
        "key_service": key,
        "endpoints": Many("endpoint", [endpoint]),
    }


def service(each: CaseClass, *, asks: bool) -> dict[str, Any]:
    """A class as a service."""
    return {
        "service_code": each.code,
        "service_name": _named(each.name, each.name_en),
        "description": f"{each.major} · {each.standard_ref}",
        "metadata": asks,
        "type": (Type.BATCH if each.triage else Type.REALTIME).value,
        "keywords": ",".join(each.keywords),
        "group": each.major,
    }


def definition(code: str, questions: Sequence[ClassQuestion]) -> dict[str, Any]:
    """What is asked beside the words of a request."""
    attributes = [_attribute(order, each) for order, each in enumerate(questions, start=1)]
    return {"service_code": code, "attributes": Many("attribute", attributes)}


def _attribute(order: int, each: ClassQuestion) -> dict[str, Any]:
    hints = [_named(each.hint or "", each.hint_en)]
    # An answer that ends the report is told before it is given.
    hints += [
        f"{_named(value.name, value.name_en)}: {_named(value.stop_words, value.stop_words_en)}"
        for value in each.values
        if value.stop_words
    ]
    values = [
        {"key": value.key, "name": _named(value.name, value.name_en)} for value in each.values
    ]
    return {
        "variable": each.variable,
        "code": each.code,
        "datatype": each.datatype,
        "required": each.variable and each.required,
        "datatype_description": " ".join(hint for hint in hints if hint) or None,
        "order": order,
        "description": _named(each.words, each.words_en),
        "values": Many("value", values),
    }


def requests(cases: Sequence[Case]) -> Many:
    """These public cases as requests, with what the desk has released of them."""
    keys = [case.id for case in cases]
    words = residents.released_words_of(keys)
    photos = queries.photos(keys)
    steps = residents.last_steps(keys)
    return Many(
        "request",
        [
            _request(
                case,
                words=words.get(case.id),
                photo=photos.get(case.id),
                changed_at=steps.get(case.id),
            )
            for case in cases
        ],
    )


def _request(
    case: Case, *, words: str | None, photo: int | None, changed_at: Any
) -> dict[str, Any]:
    shown = SHOWN[State(case.state)]
    at = publishing.spot(case)
    coarse = publishing.is_coarse(case)
    closed = shown is Shown.CLOSED
    notice = _("The place is told to the next %(n)s m only.", n=publishing.COARSE_M)
    return {
        "service_request_id": case.number,
        "status": (Status.CLOSED if closed else Status.OPEN).value,
        "status_notes": _notes(case, shown),
        "service_name": _named(case.case_class.name, case.case_class.name_en),
        "service_code": case.class_code,
        "description": publishing.without_numbers(words) if words else None,
        "agency_responsible": _agency(case),
        "service_notice": notice if coarse and at else None,
        "requested_datetime": case.received_at,
        "updated_datetime": (case.closed_at if closed else None) or changed_at or case.received_at,
        # While its clock stands still nobody knows.
        "expected_datetime": None if case.paused_at else case.due_at,
        "address": f"{case.grid.community.name} {case.grid.name}" if case.grid else None,
        "address_id": None if coarse else case.cell_code,
        "zipcode": None,
        "lat": at[1] if at else None,
        "long": at[0] if at else None,
        "media_url": _photo(photo),
    }


def _notes(case: Case, shown: Shown) -> str:
    notes = [str(SHOWN_WORDS[shown])]
    if shown is Shown.ON_HOLD and case.review_on:
        notes.append(_("somebody looks again on %(day)s", day=format_date(case.review_on)))
    return " · ".join(notes)


def _agency(case: Case) -> str | None:
    if case.department is not None:
        return case.department.name
    return case.grid.name if case.grid else None


def _photo(media_id: int | None) -> str | None:
    if media_id is None:
        return None
    settings: Settings = current_app.extensions["settings"]
    return settings.address + url_for("public.photo", media_id=media_id)


def update(event: Event, number: str) -> dict[str, Any]:
    """A step of a public case as an update: what, and when; never by whom."""
    return {
        "update_id": str(event.id),
        "service_request_id": number,
        "status": update_status(event.after or State.REPORTED),
        "updated_datetime": event.at,
        "description": str(PUBLIC_STEPS[event.move]),
        "media_url": None,
    }


def receipt(case: Case, sent: Open311Request) -> Many:
    """What the sender of a request is told: its number, or the token by which to ask for it."""
    if sent.batch:
        words = _("Somebody looks at it first. Ask with the token until it has a number.")
        told = {"token": str(sent.token)}
    else:
        words = _("It can be read here as soon as somebody has confirmed it.")
        told = {"service_request_id": case.number}
    return Many("request", [{**told, "service_notice": words, "account_id": None}])


def _named(words: str | None, english: str | None) -> str:
    return (english if str(get_locale()) == "en" else None) or words or ""
