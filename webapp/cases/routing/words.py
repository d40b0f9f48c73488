"""Why a case was routed where it was, in the language of the reader."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import get_locale, gettext as _

from webapp.base.language import listed
from webapp.cases.models import CaseRoute
from webapp.cases.routing.queries import OWNER_FIRST
from webapp.cases.standards.rules import DAYS_WORDS, Basis, Days, Where
from webapp.grids.rules import KIND_WORDS, GridKind


@dataclass(frozen=True)
class Suggestion:
    """Who should get a case, in words: the department (None: the grid's worker), the helpers, why."""

    unit_id: int | None
    helpers: frozenset[int]
    to: str
    because: list[str]
    rule_id: int | None
    at: datetime


def suggestion(found: CaseRoute | None) -> Suggestion | None:
    """What stands with a case about its routing, in the language of the reader."""
    if found is None:
        return None
    return Suggestion(
        unit_id=found.unit_id,
        helpers=frozenset(found.helpers),
        to=target(found.because),
        because=reasons(found.because),
        rule_id=found.rule_id,
        at=found.at,
    )


def target(because: dict[str, Any] | None) -> str:
    """Who gets it, in words."""
    said = because or {}
    english = str(get_locale()) == "en"
    name = (said.get("unit_en") if english else None) or said.get("unit")
    if not name:
        return str(_("The worker of the grid"))
    helpers: Iterable[str] = said.get("helpers") or ()
    with_them = listed(helpers)
    return str(_("%(unit)s, with %(helpers)s", unit=name, helpers=with_them)) if with_them else name


def reasons(because: dict[str, Any] | None) -> list[str]:
    """Why, one sentence each."""
    said = because or {}
    if said.get("first") == OWNER_FIRST:
        said_first = _("A thing that stands there: its owner first, then the territory.")
    else:
        said_first = _("A matter that happens: the territory first, then its owner.")
    sentences = [str(said_first)]
    if "title" not in said:
        return [
            *sentences,
            str(_("No rule fits, so the territory catches it: the worker of the grid.")),
        ]
    basis = (
        _("The rule “%(title)s” names the owner of the matter.", title=said["title"])
        if said["basis"] == Basis.OWNER
        else _("The rule “%(title)s” goes by the territory.", title=said["title"])
    )
    sentences.append(str(basis))
    sentences.append(str(_("It is for %(what)s.", what=_scope(said))))
    return sentences


def _scope(said: dict[str, Any]) -> str:
    classes = (
        _("classes %(prefix)s…", prefix=said["prefix"]) if said["prefix"] else _("all classes")
    )
    if len(said["prefix"]) == 5:
        classes = _("class %(code)s", code=said["prefix"])
    parts = [classes]
    place = said.get("place")
    if said["where"] == Where.KIND and place:
        parts.append(KIND_WORDS[GridKind(place)])
    elif said["where"] == Where.AREA:
        parts.append(_("the area drawn"))
    elif place:
        parts.append(place)
    if said.get("days") != Days.ANY:
        parts.append(DAYS_WORDS[Days(said["days"])])
    if said.get("hours"):
        parts.append(said["hours"])
    return str(_(" / ")).join(str(part) for part in parts)
