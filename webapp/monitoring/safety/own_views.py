"""Pages of whoever acts for an enterprise: what safety knows of it, to read."""

from __future__ import annotations

from flask import Blueprint, Response

from webapp.base.access import me, permit
from webapp.base.web import page
from webapp.monitoring.safety import queries, shown
from webapp.monitoring.safety.dangers import queries as dangers
from webapp.monitoring.safety.inspections import queries as inspections, shown as inspection_words
from webapp.monitoring.safety.models import Profile

bp = Blueprint("safety_own", __name__, url_prefix="/safety/mine")


@bp.get("")
@permit("safety.own")
def mine() -> Response:
    """The enterprises for which one acts."""
    return page("monitoring/safety/mine.html", found=queries.own(me()), **shown.words())


@bp.get("/<int:profile_id>")
@permit("safety.read_own", of=queries.profile)
def one(profile: Profile) -> Response:
    """What safety knows of an enterprise for which one acts."""
    return page(
        "monitoring/safety/own.html",
        profile=profile,
        firm=profile.enterprise,
        points=queries.points(profile.id),
        procedures=queries.procedures(profile.id),
        licences=queries.licences(profile.id),
        dangers=dangers.of_profile(profile.id),
        inspections=inspections.of_profile(profile.id),
        **inspection_words.words(),
    )
