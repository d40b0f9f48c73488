"""Commands on households: plan visits, erase who moved away long ago, seal under the newest key."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from tqdm import tqdm

from webapp.base import sealing
from webapp.base.db import db
from webapp.residents import erasing, queries, visits
from webapp.residents.models import Resident
from webapp.residents.rules import ID_NUMBER, PHONE

group = AppGroup("households", help="Households, residents and visits to them.")


@group.command("plan")
def plan() -> None:
    """Plan the visits that are due, as the task does every night."""
    count = visits.plan()
    db.session.commit()
    click.echo(f"{count} visits planned")


@group.command("erase")
def erase() -> None:
    """Erase residents who moved away long ago, as the task does every night."""
    people, homes = erasing.erase()
    db.session.commit()
    click.echo(f"{people} residents and {homes} households erased")


@group.command("reseal")
def reseal() -> None:
    """Seal identity and phone numbers under the first of SEALING_KEYS, as `reseal` does."""
    click.echo(f"{seal_anew()} residents sealed anew")


def seal_anew() -> int:
    """Everybody's numbers and their blind indexes are under the first key, committed bit by bit."""
    count = after = 0
    with tqdm(desc="sealed", leave=False) as bar:
        while rows := queries.sealed_residents(after):
            for each in rows:
                _seal_anew(each)
            count, after = count + len(rows), rows[-1].id
            db.session.commit()
            bar.update(len(rows))
    return count


def _seal_anew(resident: Resident) -> None:
    """What is sealed of them, and their blind indexes, are under the first key."""
    if resident.id_number is not None:
        number = sealing.unseal(resident.id_number)
        resident.id_number = sealing.seal(number)
        resident.id_blind = sealing.blind(number.decode(), of=ID_NUMBER)
    if resident.phone is not None:
        phone = sealing.unseal(resident.phone)
        resident.phone = sealing.seal(phone)
        resident.phone_blind = sealing.blind(phone.decode(), of=PHONE)
