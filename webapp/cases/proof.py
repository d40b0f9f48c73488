"""Proof of presence: how near to the case a step was made, by its photo and by the phone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.cases import queries
from webapp.cases.models import Case
from webapp.cases.rules import PROOF_M, Duty, Stage
from webapp.people.outdoors import Stood, away_m

DUTY_OF = {Stage.VERIFY: Duty.VERIFY, Stage.CHECK: Duty.CHECK}


@dataclass(frozen=True)
class Proof:
    """Metres to the case by the photo's own position and by the phone's; None: not known."""

    photo_m: float | None
    phone_m: float | None
    accuracy_m: float | None
    sure: bool

    @property
    def near(self) -> bool:
        """True when the photo was taken near the case, or the phone was, where no photo says where."""
        if self.photo_m is not None:
            return self.photo_m <= PROOF_M
        return self.phone_m is not None and self.sure and self.phone_m <= PROOF_M

    def said(self) -> dict[str, Any]:
        """What stands in the log: both distances, so that nobody has to believe only one."""
        known = {
            "photo_m": self.photo_m,
            "phone_m": self.phone_m,
            "accuracy_m": self.accuracy_m,
        }
        shown = {name: round(value, 1) for name, value in known.items() if value is not None}
        return {"proof": shown} if shown else {}


def of(case: Case, stage: Stage, stood: Stood | None) -> Proof:
    """The proof of a step made now, with the pictures that came for it."""
    photo_m, phone_m, accuracy_m = queries.picture_distances(case.id, stage, DUTY_OF[stage])
    if phone_m is None and stood is not None:
        phone_m = away_m(case, stood.lon, stood.lat, stood.datum)
        return Proof(photo_m, phone_m, stood.accuracy_m, stood.is_sure)
    return Proof(photo_m, phone_m, accuracy_m, sure=True)
