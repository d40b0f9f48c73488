"""All pages of people, in one list for the app."""

from __future__ import annotations

from webapp.people import own, sign_in, views

ALL = (sign_in, own, views)
