"""All pages of people, in one list for the app."""

from __future__ import annotations

from webapp.people import (
    body_views,
    enterprise_views,
    hand_over_views,
    own,
    post_views,
    roster_views,
    sign_in,
    token_views,
    views,
)
from webapp.people.single import views as single

ALL = (
    sign_in,
    single,
    own,
    views,
    post_views,
    hand_over_views,
    body_views,
    enterprise_views,
    roster_views,
    token_views,
)
