"""How items and applications are said: in the language of the reader, and in days as people count them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import get_locale, gettext as _, ngettext

HALF = 0.5


def said(thing: Any, name: str) -> Any:
    """What a thing says under a name, in the language of the reader where it says it in both."""
    english = str(get_locale()) == "en"
    other = _of(thing, f"{name}_en") if english else None
    return other or _of(thing, name)


def days(amount: float) -> str:
    """So many working days as people say them: half a day and less is at once."""
    if amount <= HALF:
        return str(_("at once"))
    if amount == int(amount):
        return str(ngettext("%(num)s working day", "%(num)s working days", int(amount)))
    return str(_("%(n)s working days", n=f"{amount:g}"))


def percent(share: float | None) -> str:
    """A share in per cent with one digit; a dash where there is nothing to compare."""
    return "–" if share is None else f"{share * 100:.1f} %"


def choices(question: Any) -> list[tuple[str, str]]:
    """The choices of a question, in the language of the reader."""
    english = str(get_locale()) == "en"
    return [(key, other if english else own) for key, own, other in question.options]


FILTERS: dict[str, Callable[..., Any]] = {
    "said": said,
    "service_days": days,
    "percent": percent,
    "choices": choices,
}


def _of(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)
