"""A filter as text or JSON becomes one tree, of bounded length and depth."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import cql2
from flask_babel import gettext as _

from webapp.interop.ogc.rules import DEEPEST_FILTER, LONGEST_FILTER, bad

# So many words a filter has at most, so that nobody keeps the database busy with one address.
MOST_NODES = 400
MOST_NUMBERS = 20_000


class Language(StrEnum):
    """How a filter is written."""

    TEXT = "cql2-text"
    JSON = "cql2-json"


# Older clients (GDAL 3.6) know the language by its draft's name.
ALIASES = {"cql-text": Language.TEXT, "cql-json": Language.JSON}
LANGUAGES = (*Language, *ALIASES)


def language(text: str | None) -> Language:
    """The language that is named; text where none is. Raises `Bad`."""
    if text is None:
        return Language.TEXT
    if text in ALIASES:
        return ALIASES[text]
    try:
        return Language(text)
    except ValueError as error:
        known = ", ".join(LANGUAGES)
        raise bad(
            "filter-lang", _("filter-lang must be one of: %(known)s.", known=known)
        ) from error


def parsed(text: str, written: Language) -> Any:
    """The tree of a filter. Raises `Bad` with the place where it cannot be read."""
    if len(text) > LONGEST_FILTER or _depth(text) > DEEPEST_FILTER:
        raise bad("filter", _("The filter is too long or too deep."))
    if written is Language.JSON:
        try:
            return checked(json.loads(text))
        except (ValueError, RecursionError) as error:
            raise bad("filter", _("The filter is not JSON.")) from error
    try:
        return checked(cql2.parse_text(text).to_json())
    # The library raises nothing finer.
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines() if "= " in line]
        expected = lines[-1].removeprefix("= ")[:200] if lines else ""
        words = _("The filter cannot be read. %(expected)s", expected=expected).strip()
        raise bad("filter", words) from error


def _depth(text: str) -> int:
    deepest = depth = 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        deepest = max(deepest, depth)
    return deepest + text.upper().count("NOT ")


def checked(tree: Any) -> Any:
    """The tree, if it is of bounded size. Raises `Bad`."""
    nodes = numbers = 0
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if isinstance(node, dict | list):
            inside = node.values() if isinstance(node, dict) else node
            waiting += [(each, depth + 1) for each in inside]
            nodes += isinstance(node, dict)
        numbers += 1
        if nodes > MOST_NODES or numbers > MOST_NUMBERS or depth > DEEPEST_FILTER * 3:
            raise bad("filter", _("The filter is too long or too deep."))
        if isinstance(node, str) and "\0" in node:
            raise bad("filter", _("%(name)s cannot be read.", name="filter"))
    return tree
