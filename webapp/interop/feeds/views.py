"""Addresses of feeds about public cases, and the page that lists what can be subscribed."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import get_locale, gettext as _

from webapp.base import feed, web
from webapp.base.access import permit
from webapp.base.feed import Feed
from webapp.base.reading import may_lag
from webapp.base.security import by_key, limiter
from webapp.base.spatial import named_place
from webapp.base.web import page
from webapp.cases.models import Case
from webapp.cases.residents import queries as residents
from webapp.cases.residents.rules import PUBLIC_STEPS, RADII_M
from webapp.cases.shown import class_name
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.interop.feeds import queries, shown
from webapp.interop.feeds.forms import NearForm
from webapp.interop.feeds.rules import BASE, READS

bp = Blueprint("feeds", __name__)

web.face(BASE, feed.plainly)


@bp.get("/subscribe")
@permit("feeds.read")
def home() -> Response:
    """Everything that can be subscribed to."""
    return page(
        "feeds/home.html",
        grids=grids.by_community(),
        majors=residents.majors(),
        radii=[(each, each) for each in RADII_M],
        sent=request.args,
    )


@bp.get("/feeds/cases.rss")
@may_lag
@by_key
@limiter.limit(READS)
@permit("feeds.read")
def cases() -> Response:
    """The newest public cases."""
    return _cases(_("Public cases"), queries.cases())


@bp.get("/feeds/grids/<code>.rss")
@may_lag
@by_key
@limiter.limit(READS)
@permit("feeds.read", of=grids.one)
def grid(grid: Grid) -> Response:
    """The newest public cases of a grid."""
    title = _("Public cases in %(where)s", where=grid.name)
    return _cases(
        title,
        queries.cases(grid_id=grid.id),
        url_for("grids.one", code=grid.display_code, _external=True),
    )


@bp.get("/feeds/classes/<prefix>.rss")
@may_lag
@by_key
@limiter.limit(READS)
@permit("feeds.read")
def of_class(prefix: str) -> Response:
    """The newest public cases of a class (five digits) or a group of classes (two)."""
    names = queries.class_names(prefix)
    if names is None:
        abort(404)
    name = (names[1] if get_locale().language == "en" else None) or names[0]
    title = _("Public cases: %(what)s", what=name)
    return _cases(title, queries.cases(class_prefix=prefix))


@bp.get("/feeds/near.rss")
@may_lag
@by_key
@limiter.limit(READS)
@permit("feeds.read")
def near() -> Response:
    """The newest public cases around a point."""
    wish = NearForm.of(request.args.to_dict())
    x, y = named_place(wish.lon, wish.lat, wish.datum)
    title = _("Public cases within %(n)s m", n=wish.radius)
    return _cases(title, queries.cases(near=(x, y, wish.radius)))


@bp.get("/feeds/cases/<number>.rss")
@may_lag
@by_key
@limiter.limit(READS)
@permit("feeds.read", of=residents.public_one)
def case(case: Case) -> Response:
    """What happened to a public case."""
    return feed.rss(
        Feed(
            title=f"{case.number} · {class_name(case)}",
            words=_("What happened to this case"),
            page=shown.address(case),
            entries=shown.updates(case, residents.steps(case.id, PUBLIC_STEPS)),
        )
    )


def _cases(title: str, found: Sequence[Case], about: str | None = None) -> Response:
    return feed.rss(shown.told(title, found, about))
