"""What an enterprise asks, and who speaks for it."""

from __future__ import annotations

from pydantic import Field

from webapp.base.web import Form
from webapp.projects.forms import VersionForm


class RequestForm(Form):
    """A question, a wish, a complaint."""

    words: str = Field(min_length=2, max_length=2000)


class NoteForm(VersionForm):
    """A move of a request."""

    note: str | None = Field(default=None, max_length=2000)


class ContactForm(VersionForm):
    """Who speaks for the enterprise from now on, or no more."""

    account: int = Field(ge=1)
