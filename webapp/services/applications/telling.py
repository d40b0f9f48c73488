"""Who hears of an application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app

from webapp.base import notices
from webapp.services.applications.models import Application


def tell(application: Application, to: Iterable[int | None], words: str, **params: Any) -> None:
    """These accounts of the house have a line about it; it leads to its page."""
    accounts = (account for account in to if account is not None)
    notices.notify(
        accounts, words, url=f"/applications/{application.id}", **_said(application), **params
    )


def tell_applicant(application: Application, words: str, **params: Any) -> None:
    """The applicant has a line, and a text on the phone; whoever applied in their place has the line."""
    said = {**_said(application), **params}
    if application.applicant_id is not None:
        address = f"/my-matters/{application.id}"
        notices.notify([application.applicant_id], words, url=address, **said)
    tell(application, [application.agent_id], words, **params)
    account = application.applicant
    if account is None or account.phone is None:
        return
    settings = current_app.extensions["settings"]
    locale = account.locale or settings.locale
    if locale == "en":
        said["what"] = said["what_en"]
    notices.send(settings.sms_channel, account.phone, words, locale=locale, **said)


def _said(application: Application) -> dict[str, Any]:
    item = application.item
    return {"number": application.number, "what": item.name, "what_en": item.name_en}
