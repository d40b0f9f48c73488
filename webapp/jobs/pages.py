"""All pages of jobs, in one list for the app."""

from __future__ import annotations

from webapp.jobs import (
    desk_views,
    employer_views,
    fair_views,
    posting_views,
    public_views,
    seeker_views,
    sheet_views,
    visit_views,
)
from webapp.jobs.claims import views as claim_views

ALL = (
    public_views,
    seeker_views,
    employer_views,
    claim_views,
    posting_views,
    desk_views,
    fair_views,
    visit_views,
    sheet_views,
)
