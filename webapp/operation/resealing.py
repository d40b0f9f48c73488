"""Everything that is sealed comes under the newest key, so that an old one may go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import LargeBinary, literal, type_coerce, update
from sqlalchemy.orm import InstrumentedAttribute
from tqdm import tqdm

from webapp.base import sealing
from webapp.base.db import db
from webapp.base.intake import DeadLetter
from webapp.base.notices import Dispatch
from webapp.cases.appeals.models import Appeal
from webapp.cases.models import CaseContact
from webapp.cases.residents.models import Follow
from webapp.community.opinions.models import Opinion
from webapp.community.roles.models import NeighbourRole
from webapp.interop.webhooks.models import Secret as WebhookSecret
from webapp.jobs.claims.models import Claim
from webapp.jobs.models import Employer, Posting
from webapp.monitoring.cameras.models import Camera
from webapp.monitoring.intake.models import Message, Source
from webapp.monitoring.turning.models import Steering
from webapp.monitoring.ways.models import Way
from webapp.operation import queries
from webapp.people import phones
from webapp.people.models import Account, Enterprise, Phoned
from webapp.points.gates.models import Registration
from webapp.ports.models import CrewMember, Vessel
from webapp.relocation.models import RelocationHousehold
from webapp.residents.detail_models import ResidentDetail

# What is sealed, perhaps with the blind index of its phone; residents have more of these and applications
# pages beside it, and commands of their own, which `reseal` runs, too.
COLUMNS: tuple[InstrumentedAttribute[Any], ...] = (
    Account.phone,
    Appeal.caller_name,
    Appeal.caller_phone,
    CaseContact.email,
    CaseContact.name,
    CaseContact.phone,
    Camera.stream,
    Camera.snapshot,
    Camera.webrtc,
    Claim.contact_phone,
    CrewMember.id_number,
    DeadLetter.body,
    Dispatch.address,
    Dispatch.body,
    Employer.contact_phone,
    Enterprise.contact_phone,
    Follow.phone,
    Message.body,
    NeighbourRole.phone,
    Opinion.contact,
    Posting.contact_phone,
    Registration.sealed,
    RelocationHousehold.phone,
    Vessel.phone,
    ResidentDetail.value,
    WebhookSecret.sealed,
    Source.asked,
    Source.secret,
    Steering.sealed,
    Way.sealed,
)
# Phones and contacts that are kept as they were written, and why: they stand on pages for everybody.
PUBLISHED = {
    "service_point.phone": "the number of an office, on the page of the point, on paper and in OGC layers",
    "property_company.phone": "the number for repairs of a company, on the page that residents rate it on",
}
BATCH = 500


def seal_anew() -> Iterator[tuple[str, int, int]]:
    """Each of these columns is under the first key, committed bit by bit.

    Answers its name, how many values were sealed anew, and how many no key opens: those stay as they are.
    """
    for column in COLUMNS:
        done, lost = _anew(column)
        yield f"{column.class_.__tablename__}.{column.key}", done, lost


def _anew(column: InstrumentedAttribute[Any]) -> tuple[int, int]:
    model: Any = column.class_
    done, lost, after = 0, 0, 0
    with tqdm(desc=column.key, leave=False) as bar:
        while rows := queries.sealed(column, after=after, limit=BATCH):
            for key, kept in rows:
                try:
                    fresh = sealing.sealed_anew(kept)
                except sealing.Unreadable:
                    lost += 1
                    continue
                # What somebody wrote meanwhile is under the first key already.
                raw = type_coerce(column, LargeBinary)
                change = update(model).where(model.id == key, raw == kept)
                values: dict[Any, Any] = {column: literal(fresh, LargeBinary)}
                if column.key == "phone" and issubclass(model, Phoned):
                    values[model.phone_blind] = phones.blind(sealing.unseal(fresh).decode())
                db.session.execute(change.values(values))
                done += 1
            after = rows[-1][0]
            db.session.commit()
            bar.update(len(rows))
    return done, lost
