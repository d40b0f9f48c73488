"""A report finds its grid."""

from tests.world import World
from webapp.base.datum import Datum
from webapp.cases import actions
from webapp.cases.rules import Source, State


def test_a_report_is_in_its_grid_and_cell_from_the_first_moment(world: World) -> None:
    lon, lat = world.spot(world.home)
    case = actions.report(
        class_code="06010",
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
    )
    assert case.grid_id == world.home.id
    assert case.cell_code is not None
    assert case.state == State.REPORTED
