"""What can be offered at a point: other features say it, by code and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel.speaklater import LazyString

from webapp.points.rules import Template

# The items of a kind of point: code and the words shown for it, in the order of a list.
Items = Callable[[], Mapping[str, str | LazyString]]

_OFFERED: dict[Template, Items] = {}


def register(template: Template, items: Items) -> None:
    """The points of this kind offer these items from now on."""
    _OFFERED[template] = items


def items(template: Template) -> Mapping[str, str | LazyString]:
    """What a kind of point can offer; nothing where nobody said so."""
    found = _OFFERED.get(template)
    return found() if found else {}
