"""What cameras see of each grid, what they do not, and where one camera alone looks."""

from __future__ import annotations

from flask_babel import gettext as _

from webapp.base.access import Actor
from webapp.grids import queries as grids
from webapp.maps.briefings import queries, sheets
from webapp.maps.briefings.sheets import Key, Sheet, Table
from webapp.monitoring.cameras import queries as cameras

SEEN, UNSEEN = "#0b63ce", "#c92a2a"


def made(who: Actor) -> Sheet:
    """Coverage of the grids in force by the cameras of the catalogue."""
    set_id = grids.active_set_id()
    rows = cameras.coverage(set_id) if set_id is not None else []
    borders = grids.borders_geojson()
    drawn = sheets.new_map()
    facts = {
        row.grid_id: (
            _("%(share)s seen", share=f"{row.seen_m2 / row.area_m2:.0%}"),
            _("%(n)s cameras", n=row.cameras),
        )
        for row in rows
    }
    sheets.put(drawn, sheets.grid_areas(borders, {}, facts), facts=["name", "first", "second"])
    blind = queries.unseen(set_id) if set_id is not None else []
    names = {row.grid_id: row.name for row in rows}
    sheets.put(
        drawn,
        [
            sheets.feature(
                row.geometry,
                {"color": UNSEEN, "weight": 0.5, "fillColor": UNSEEN, "fillOpacity": 0.16},
                name=names.get(row.grid_id, ""),
                first=(facts.get(row.grid_id) or ("",))[0],
            )
            for row in blind
        ],
        name=_("Ground that no camera sees"),
        facts=["name", "first"],
    )
    sectors = cameras.sectors(who, limit=queries.MOST)
    sheets.put(
        drawn,
        [
            sheets.feature(
                each.geometry,
                {"color": SEEN, "weight": 0.75, "fillColor": SEEN, "fillOpacity": 0.35},
                name=each.name,
            )
            for each in sectors
        ],
        name=_("What cameras see"),
        facts=["name"],
    )
    area = sum(row.area_m2 for row in rows)
    share = sum(row.seen_m2 for row in rows) / area if area else 0
    return sheets.sheet(
        "maps/briefings/one.html",
        drawn,
        [row.geometry for row in borders],
        title=_("Camera coverage and blind spots"),
        words=_(
            "%(share)s of the ground is seen by %(n)s cameras; in %(empty)s grids there is none.",
            share=f"{share:.1%}",
            n=len(sectors),
            empty=sum(1 for row in rows if not row.cameras),
        ),
        keys=[
            Key(SEEN, _("What cameras see"), "area", len(sectors)),
            Key(UNSEEN, _("Ground that no camera sees")),
        ],
        tables=[
            Table(
                _("Grids, the least seen first"),
                [
                    _("Grid"),
                    _("Cameras"),
                    _("Seen"),
                    _("By one camera alone"),
                    _("Blind spots"),
                    _("Blind, ha"),
                ],
                [
                    [
                        row.name,
                        row.cameras,
                        f"{row.seen_m2 / row.area_m2:.1%}",
                        f"{row.alone_m2 / row.area_m2:.1%}",
                        row.spots,
                        f"{row.blind_m2 / 1e4:.1f}",
                    ]
                    for row in rows
                ],
                _("No borders are in force."),
            )
        ],
        days=None,
    )
