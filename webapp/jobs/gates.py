"""What rules a match out, whatever else fits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from webapp.jobs.parameters import Parameters
from webapp.jobs.sides import Posting, Seeker, Way


class Gate(StrEnum):
    """Why a seeker and a posting cannot come together."""

    CLOSED = "closed"
    EXPIRED = "expired"
    FULL = "full"
    NOT_LOOKING = "not_looking"
    OPTED_OUT = "opted_out"
    DECLINED = "declined"
    TOO_YOUNG = "too_young"
    HAZARD = "hazard"
    CERTIFICATE = "certificate"
    PAY = "pay"
    COMMUTE = "commute"
    SHIFT = "shift"


@dataclass(frozen=True, slots=True)
class Barred:
    """A gate that is shut, and by what: the certificates that lack, the shifts that are refused."""

    gate: Gate
    by: tuple[str, ...] = ()


def shut(
    seeker: Seeker,
    posting: Posting,
    way: Way | None,
    *,
    on: date,
    declined: bool,
    parameters: Parameters,
) -> tuple[Barred, ...]:
    """Every gate that keeps the two apart on a day."""
    found = _of_the_pair(seeker, posting, on=on, declined=declined)
    if seeker.birth_year is not None:
        age = sure_age(seeker.birth_year, on)
        if age < parameters.working_age:
            found.append(Barred(Gate.TOO_YOUNG))
        elif posting.hazardous and age < parameters.hazard_age:
            found.append(Barred(Gate.HAZARD))
    if posting.certificates:
        lacking = [name for name in posting.certificates if not _valid(seeker, name, on)]
        if lacking:
            found.append(Barred(Gate.CERTIFICATE, tuple(sorted(lacking))))
    lowest, top = seeker.lowest_pay(parameters), posting.top_pay
    if lowest is not None and top is not None and top < lowest:
        found.append(Barred(Gate.PAY))
    if way is not None and _too_far(seeker, posting, way, parameters):
        found.append(Barred(Gate.COMMUTE))
    if seeker.refused and posting.shifts and (refused := seeker.refused & posting.shifts):
        found.append(Barred(Gate.SHIFT, tuple(sorted(refused))))
    return tuple(found)


def housed(seeker: Seeker, posting: Posting) -> bool:
    """A dormitory is offered and would be taken."""
    return seeker.dormitory and posting.dormitory


def sure_age(birth_year: int, on: date) -> int:
    """How old somebody born in a year is at least: the birthday may still lie ahead."""
    return on.year - birth_year - 1


def _of_the_pair(seeker: Seeker, posting: Posting, *, on: date, declined: bool) -> list[Barred]:
    shut = (
        (Gate.CLOSED, not posting.open),
        (Gate.EXPIRED, posting.valid_until is not None and posting.valid_until < on),
        (Gate.FULL, posting.openings_left <= 0),
        (Gate.NOT_LOOKING, not seeker.open),
        (Gate.OPTED_OUT, not seeker.push),
        (Gate.DECLINED, declined),
    )
    return [Barred(gate) for gate, is_shut in shut if is_shut]


def _too_far(seeker: Seeker, posting: Posting, way: Way, parameters: Parameters) -> bool:
    if seeker.max_minutes is None or housed(seeker, posting):
        return False
    return way.minutes(seeker.mode, parameters) > seeker.max_minutes


def _valid(seeker: Seeker, certificate: str, on: date) -> bool:
    if certificate not in seeker.certificates:
        return False
    until = seeker.certificates[certificate]
    return until is None or until >= on
