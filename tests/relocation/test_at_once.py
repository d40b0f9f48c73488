"""Two people at one household, or behind one old door, at once: one writes, the other is told."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from tests.busy import at_once, busy_house
from tests.projects.yard import said, square
from tests.world import as_user, peopled, someone
from webapp.base.db import db
from webapp.grids import queries as grids
from webapp.grids.rules import GridKind
from webapp.projects import actions as projects
from webapp.relocation import actions
from webapp.relocation.forms import HouseholdForm
from webapp.relocation.models import Paper, RelocationHousehold
from webapp.relocation.old_doors.models import OldHouse


def test_of_two_surveys_at_once_one_is_kept_and_of_two_households_each_has_its_number(
    cluster_url: str, tmp_path: Path
) -> None:
    with busy_house(cluster_url, tmp_path) as app:
        with app.app_context():
            world = peopled()
            leader = someone("lead", "project_lead")
            project = projects.register(said(leader), by=leader)
            lon, lat = world.spot(world.home)
            projects.lay_out(project, square(lon, lat, 200), provenance="示意", by=leader)
            form = HouseholdForm(name="甲", lon=lon, lat=lat, size_m2=100, provenance="摸底")
            key = actions.register(project, form, by=leader).id
            board = f"/projects/{project.id}/relocation"
            db.session.commit()
            one, two = as_user(app, leader), as_user(app, leader)
        here = f"/relocation/households/{key}/survey"
        sent = {"house_m2": "1", "greenhouse_m2": "2", "land_m2": "3", "base_version": "1"}
        answers = at_once(*(lambda who=who: who.post(here, data=sent) for who in (one, two)))
        assert sorted(each.status_code for each in answers) == [303, 409]
        forms = [
            {"name": "乙", "lon": lon + away, "lat": lat, "size_m2": "100", "provenance": "摸底"}
            for away in (0.0005, 0.001)
        ]
        answers = at_once(
            *(
                lambda who=who, form=form: who.post(board, data=form)
                for who, form in zip((one, two), forms, strict=True)
            )
        )
        assert [each.status_code for each in answers] == [303, 303]
        with app.app_context():
            numbers = db.session.scalars(select(RelocationHousehold.number))
            assert sorted(numbers) == [1, 2, 3]
            assert len(db.session.scalars(select(Paper)).all()) == 1


def test_of_two_who_write_down_one_door_at_once_one_is_told(
    cluster_url: str, tmp_path: Path
) -> None:
    with busy_house(cluster_url, tmp_path) as app:
        with app.app_context():
            world = peopled()
            village = next(each for each in grids.living() if each.kind == GridKind.RELOCATED)
            keeper = someone("keeper", "grid_worker", grid=village)
            lon, lat = world.spot(village)
            here = f"/old-doors/new/{village.display_code}"
            db.session.commit()
            one, two = as_user(app, keeper), as_user(app, keeper)
        sent = {
            "lane": "东巷",
            "number": "12号",
            "kind": "home",
            "year_from": "1962",
            "year_until": "2014",
            "lon": lon,
            "lat": lat,
            "provenance": "村志",
        }
        answers = at_once(*(lambda who=who: who.post(here, data=sent) for who in (one, two)))
        assert sorted(each.status_code for each in answers) == [303, 422]
        with app.app_context():
            assert len(db.session.scalars(select(OldHouse)).all()) == 1
