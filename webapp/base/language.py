"""Two languages: Chinese by default, English beside it; times in the time zone of the office."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from babel import Locale
from flask import Flask, has_request_context, request, session
from flask_babel import Babel, get_locale

from webapp.base.access import me
from webapp.base.config import Settings

LANGUAGES = {"zh_CN": "中文", "en": "English"}


def N_(text: str) -> str:  # noqa: N802  # the name that extractors of texts look for
    """The text as it is: marked here, kept somewhere, translated where it is shown."""
    return text


def listed(many: Iterable[Any]) -> str:
    """Words one after the other, with the comma of the reader's language."""
    return (", " if str(get_locale()) == "en" else "、").join(map(str, many))


# Babel walks through the names of a thousand locales for every name that it is told.
_locale = cache(Locale.parse)


def init_app(app: Flask, settings: Settings) -> None:
    """Every text is shown in the reader's language."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"

    def chosen() -> Locale:
        if not has_request_context():
            return _locale(settings.locale)
        # The visitor's own choice first, then what the account remembers, then the installation's.
        wish = request.args.get("lang") or session.get("language")
        if wish in LANGUAGES:
            return _locale(wish)
        known = getattr(me(), "locale", None)
        return _locale(known if known in LANGUAGES else settings.locale)

    Babel(
        app,
        default_locale=settings.locale,
        default_timezone=settings.timezone,
        locale_selector=chosen,
    )
    app.jinja_env.globals["LANGUAGES"] = LANGUAGES
    app.jinja_env.filters["listed"] = listed
