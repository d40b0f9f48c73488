"""Enterprises with their hazard points and licences from a workbook: all of it is kept, or nothing.

Each row is of one enterprise, and may name one hazard point and one licence of it. Whatever it has more
of stands in further rows, which repeat its name or code.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Actor
from webapp.base.flow import Refusal, Unacceptable
from webapp.monitoring.safety import actions, queries
from webapp.monitoring.safety.forms import LicenceForm, PointForm, ProfileForm, RenewForm
from webapp.monitoring.safety.models import Profile
from webapp.monitoring.safety.rules import LICENCE_WORDS, POINT_WORDS, RISK_WORDS, TRADE_WORDS
from webapp.people import workbook
from webapp.people.rules import PREMISES_WORDS
from webapp.people.workbook import Fault

_OF_ENTERPRISE: dict[str, LazyString] = {
    "name": _l("Enterprise"),
    "credit_code": _l("Unified social credit code"),
    "trade": _l("Trade"),
    "risk": _l("Risk level"),
    "premises": _l("Premises"),
    "people": _l("People in the busiest shift"),
    "officer": _l("Post that answers for safety"),
    "address": _l("Address"),
    "lon": _l("Longitude"),
    "lat": _l("Latitude"),
    "contact_post": _l("Post of the contact"),
    "contact_phone": _l("Phone of the contact"),
    "note": _l("Note"),
}
# What a row says of a hazard point and of a licence, and what their forms call it.
_OF_POINT = {
    "point": "name",
    "point_kind": "kind",
    "point_amount": "amount",
    "point_unit": "unit",
    "point_lon": "lon",
    "point_lat": "lat",
}
_OF_LICENCE = {
    "licence_number": "number",
    "licence": "licence",
    "licence_issued": "issued_on",
    "licence_until": "expires_on",
}

COLUMNS: dict[str, LazyString] = {
    **_OF_ENTERPRISE,
    "point": _l("Hazard point"),
    "point_kind": _l("Kind of hazard point"),
    "point_amount": _l("Amount at the hazard point"),
    "point_unit": _l("Unit of the amount"),
    "point_lon": _l("Longitude of the hazard point"),
    "point_lat": _l("Latitude of the hazard point"),
    "licence": _l("Kind of licence"),
    "licence_number": _l("Number of the licence"),
    "licence_issued": _l("Licence issued on"),
    "licence_until": _l("Licence ends on"),
}

NEEDED = ("name", "trade", "risk")

# A colour alone is enough in a sheet.
_COLOURS = {"红": "red", "橙": "orange", "黄": "yellow", "蓝": "blue"}


@dataclass(frozen=True)
class Outcome:
    """What a workbook comes to: enterprises, hazard points and licences added and changed, what is wrong."""

    faults: list[Fault]
    added: int = 0
    changed: int = 0
    points: int = 0
    licences: int = 0


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """Safety keeps every enterprise, hazard point and licence of the workbook; what is known is changed.

    With a fault in any row nothing is kept. Raises `Unacceptable` when it is no list of enterprises.
    """
    kept = _Kept(by)
    found = workbook.keep_all(
        workbook.rows(body),
        COLUMNS,
        kept.take,
        needed=NEEDED,
        words={
            "trade": TRADE_WORDS,
            "risk": RISK_WORDS,
            "premises": PREMISES_WORDS,
            "point_kind": POINT_WORDS,
            "licence": LICENCE_WORDS,
        },
    )
    if found.faults:
        return Outcome(found.faults)
    count = kept.count
    return Outcome([], count["added"], count["changed"], count["points"], count["licences"])


@dataclass
class _Kept:
    """What was kept so far, and what the first row of each enterprise said of it."""

    by: Actor
    count: Counter[str] = field(default_factory=Counter)
    _first: dict[str, tuple[Profile, dict[str, str]]] = field(default_factory=dict)

    def take(self, said: dict[str, str]) -> bool:
        """The row is kept; True where its enterprise is new."""
        if said.get("risk", "")[:1] in _COLOURS:
            said["risk"] = _COLOURS[said["risk"][:1]]
        firm = {name: said[name] for name in _OF_ENTERPRISE if name in said}
        point = _part(said, _OF_POINT)
        licence = _part(said, _OF_LICENCE)
        profile, new = self._enterprise(firm, more=bool(point or licence))
        if point:
            _within(_OF_POINT, "point", lambda: self._point(profile, point))
        if licence:
            _within(_OF_LICENCE, "licence_number", lambda: self._licence(profile, licence))
        return new

    def _enterprise(self, firm: dict[str, str], *, more: bool) -> tuple[Profile, bool]:
        keys = [firm[name] for name in ("credit_code", "name") if name in firm]
        known = next((self._first[key] for key in keys if key in self._first), None)
        if known is None:
            profile, new = actions.enter(ProfileForm.of(dict(firm)), by=self.by)
            if any(profile.id == each.id for each, _said in self._first.values()):
                raise _twice()
            self._first |= dict.fromkeys(keys, (profile, firm))
            self.count["added" if new else "changed"] += 1
            return profile, new
        profile, before = known
        other = [name for name, text in firm.items() if before.get(name, "") != text]
        if other:
            words = _l("An earlier row says something else of this enterprise.")
            raise Unacceptable(words, fields=dict.fromkeys(other, words))
        if not more:
            raise _twice()
        return profile, False

    def _point(self, profile: Profile, said: dict[str, str]) -> None:
        form = PointForm.of(dict(said))
        known = queries.point_named(profile.id, form.name)
        if known is None:
            actions.add_point(profile, form, by=self.by)
        else:
            actions.amend_point(profile, known, form, by=self.by)
        self.count["points"] += 1

    def _licence(self, profile: Profile, said: dict[str, str]) -> None:
        form = LicenceForm.of(dict(said))
        known = queries.licence_numbered(profile.id, form.licence, form.number)
        if known is None:
            actions.add_licence(profile, form, None, by=self.by)
        elif (known.issued_on, known.expires_on) != (form.issued_on, form.expires_on):
            until = RenewForm(issued_on=form.issued_on, expires_on=form.expires_on)
            actions.renew_licence(known, until, None, by=self.by)
        self.count["licences"] += 1


def _part(said: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    return {name: said[column] for column, name in names.items() if column in said}


def _within(names: Mapping[str, str], whole: str, deed: Callable[[], None]) -> None:
    """The deed is done; what it finds wrong stands under the headings of the sheet."""
    columns = {name: column for column, name in names.items()}
    try:
        deed()
    except Refusal as refusal:
        wrong = {columns.get(name, whole): words for name, words in refusal.fields.items()}
        raise Unacceptable(refusal.words, fields=wrong or {whole: refusal.words}) from refusal


def _twice() -> Unacceptable:
    words = _l("It stands in another row, too.")
    return Unacceptable(words, fields={"name": words})
