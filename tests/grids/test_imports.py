"""A file of borders becomes a draft only when everything about it is answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.grids import boundary_fixtures as files
from tests.world import World, as_user
from webapp.base.datum import Datum
from webapp.base.flow import NotOpen, Unacceptable
from webapp.grids import queries as grids
from webapp.grids.imports import actions, queries
from webapp.grids.imports.actions import Said
from webapp.grids.imports.models import BorderImport
from webapp.grids.imports.rules import ImportState
from webapp.grids.rules import SetState


@pytest.fixture
def sent(world: World, tmp_path: Path) -> Callable[..., BorderImport]:
    """Sends a file as the shift leader and looks at it, as the worker would."""

    def send(make: Callable[[Path], Path], **said: object) -> BorderImport:
        path = make(tmp_path)
        street = grids.root()
        assert street is not None
        made = actions.send(path.read_bytes(), name=path.name, unit=street, by=world.shift_leader)
        actions.look(made.id)
        if said:
            actions.answer(made, Said(**said), by=world.shift_leader)
            actions.look(made.id)
        return made

    return send


def drafted(made: BorderImport, world: World, **said: bool):
    said = {"new_communities": False, "accept_changes": False} | said
    return actions.draft(made, by=world.shift_leader, **said)


def codes(made: BorderImport) -> set[str]:
    return {finding["code"] for finding in made.report["findings"]}


def test_a_good_file_waits_for_a_person(sent) -> None:
    made = sent(files.exact_geojson)
    assert made.state == ImportState.REPORTED
    assert made.report["exit_code"] == 0


def test_a_good_file_becomes_a_checked_set_and_nothing_in_force_changes(sent, world) -> None:
    before = {version.code: version.id for version in grids.active_versions()}
    result = drafted(sent(files.exact_geojson), world)
    assert result.state == SetState.CHECKED
    assert len(queries.versions_of(result.id)) == 97
    assert {version.code: version.id for version in grids.active_versions()} == before


def test_grids_keep_their_communities(sent, world) -> None:
    result = drafted(sent(files.exact_geojson), world)
    now = {version.code: version.community_id for version in queries.versions_of(result.id)}
    assert now == {version.code: version.community_id for version in grids.active_versions()}


def test_a_file_with_errors_becomes_nothing(sent, world) -> None:
    with pytest.raises(Unacceptable):
        drafted(sent(files.overlap_25_m), world)


def test_a_question_has_to_be_answered_first(sent, world) -> None:
    with pytest.raises(Unacceptable):
        drafted(sent(files.heights), world)
    assert drafted(sent(files.heights, accepted=["W19"]), world).state == SetState.CHECKED


def test_the_same_import_makes_one_set(sent, world) -> None:
    made = sent(files.exact_geojson)
    drafted(made, world)
    with pytest.raises(NotOpen):
        drafted(made, world)


def test_a_layer_is_chosen_by_an_answer(sent) -> None:
    assert codes(sent(files.several_layers)) == {"E01"}
    assert sent(files.several_layers, layer="grids").report["exit_code"] == 0


def test_shifted_coordinates_are_put_right_once_confirmed(sent) -> None:
    made = sent(files.gcj02)
    assert codes(made) == {"W15"}
    key = made.report["read_as"]["key"]
    assert sent(files.gcj02, read_as=key).report["exit_code"] == 0


def test_a_repair_is_made_on_request_only(sent) -> None:
    made = sent(files.jitter_15_cm)
    assert made.report["mendable"]
    assert made.report["mended"] is None
    mended = sent(files.jitter_15_cm, mend=True).report
    assert mended["exit_code"] == 0
    assert mended["mended"]["harmless"]
    assert mended["mended"]["worst_share"] < 0.005


def test_a_visible_repair_needs_a_yes_of_its_own(sent, world) -> None:
    made = sent(files.gap_3_m, mend=True)
    with pytest.raises(Unacceptable) as refused:
        drafted(made, world)
    assert "accept_changes" in refused.value.fields
    assert drafted(made, world, accept_changes=True).state == SetState.CHECKED


def test_unknown_communities_are_made_only_when_said(sent, world) -> None:
    made = sent(files.new_community)
    assert list(made.report["belonging"]["unknown"]) == ["新村社区"]
    with pytest.raises(Unacceptable):
        drafted(made, world)
    drafted(made, world, new_communities=True)
    assert "新村社区" in [unit.name for unit in queries.communities()]


def test_without_a_community_column_grids_belong_where_they_lie(sent, world) -> None:
    result = drafted(sent(files.no_community_column), world)
    now = {version.code: version.community_id for version in queries.versions_of(result.id)}
    assert now == {version.code: version.community_id for version in grids.active_versions()}


def test_answers_given_meanwhile_are_not_lost(sent, world) -> None:
    made = sent(files.exact_geojson)
    actions.answer(made, Said(), by=world.shift_leader)
    report, done = actions.looked_at(made, Said())
    actions.answer(made, Said(new_outline=True), by=world.shift_leader)
    actions.tell(made, Said(), report, done)
    assert made.state == ImportState.WORKING
    assert made.answers["new_outline"]


def test_a_dropped_import_is_not_looked_at_again(sent, world) -> None:
    made = sent(files.exact_geojson)
    actions.drop(made, by=world.shift_leader)
    actions.look(made.id)
    assert made.state == ImportState.DROPPED


@pytest.mark.parametrize(
    ("key", "epsg"), [("EPSG:4326|wgs84|sideways", None), (None, 999998), ("/etc/passwd", None)]
)
def test_only_real_coordinate_systems_can_be_chosen(sent, key, epsg) -> None:
    made = sent(files.exact_geojson)
    with pytest.raises(Unacceptable):
        actions.reading_of(made, key=key, epsg=epsg, datum=Datum.WGS84, swapped=False)


# --- Pages


def browser(app: Flask, world: World, who: str = "shift_leader") -> FlaskClient:
    return as_user(app, getattr(world, who))


def uploaded(client: FlaskClient, path: Path) -> str:
    answer = client.post("/grids/imports", data={"file": (path.open("rb"), path.name)})
    assert answer.status_code == 303
    return answer.location


def test_a_file_is_sent_and_its_page_waits(app, world, tmp_path) -> None:
    client = browser(app, world)
    page = client.get(uploaded(client, files.gap_3_m(tmp_path)))
    assert "hx-trigger" in page.get_data(as_text=True)


def test_the_page_shows_faults_and_what_to_do(app, world, tmp_path) -> None:
    client = browser(app, world)
    address = uploaded(client, files.gap_3_m(tmp_path))
    actions.look(int(address.rsplit("/", 1)[1]))
    text = client.get(address).get_data(as_text=True)
    assert "E11" in text
    assert 'data-fault="0"' in text
    drawing = client.get(f"{address}/drawing.json").get_json()
    assert len(drawing["grids"]["features"]) == 97
    assert drawing["faults"]["features"][0]["properties"]["code"] == "E11"


def test_a_file_that_cannot_be_read_leads_to_another_one(app, world, tmp_path) -> None:
    client = browser(app, world)
    broken = tmp_path / "broken.geojson"
    broken.write_text("hello", encoding="utf-8")
    address = uploaded(client, broken)
    actions.look(int(address.rsplit("/", 1)[1]))
    text = client.get(address).get_data(as_text=True)
    assert "换一个文件" in text
    assert 'id="answers"' not in text


def test_answers_and_draft_by_forms(app, world, tmp_path) -> None:
    client = browser(app, world)
    address = uploaded(client, files.heights(tmp_path))
    import_id = int(address.rsplit("/", 1)[1])
    actions.look(import_id)
    assert client.post(f"{address}/draft").status_code == 422
    assert client.post(f"{address}/answer", data={"accepted": "W19"}).status_code == 303
    actions.look(import_id)
    assert client.post(f"{address}/draft").status_code == 303
    assert client.get(address).status_code == 200


def test_what_is_missing_for_a_draft_is_told_beside_its_box(app, world, tmp_path) -> None:
    client = browser(app, world)
    address = uploaded(client, files.gap_3_m(tmp_path))
    import_id = int(address.rsplit("/", 1)[1])
    actions.look(import_id)
    client.post(f"{address}/answer", data={"mend": "1"})
    actions.look(import_id)
    refused = client.post(f"{address}/draft")
    assert refused.status_code == 422
    assert "accept_changes-error" in refused.get_data(as_text=True)
    assert client.post(f"{address}/draft", data={"accept_changes": "1"}).status_code == 303


def test_a_waiting_page_is_told_when_there_is_more(app, world, tmp_path) -> None:
    client = browser(app, world)
    address = uploaded(client, files.good_geojson(tmp_path))
    asked = {"HX-Request": "true"}
    assert "HX-Refresh" not in client.get(address, headers=asked).headers
    actions.look(int(address.rsplit("/", 1)[1]))
    assert client.get(address, headers=asked).headers["HX-Refresh"] == "true"


def test_no_file_is_a_sentence_beside_the_field(app, world) -> None:
    answer = browser(app, world).post("/grids/imports", data={})
    assert answer.status_code == 422
    assert "field-file-error" in answer.get_data(as_text=True)


@pytest.mark.parametrize("who", ["stranger", "worker", "dispatcher"])
def test_imports_are_not_for_everybody(app, world, sent, who) -> None:
    made = sent(files.exact_geojson)
    client = browser(app, world, who)
    for address in ("/grids/imports", f"/grids/imports/{made.id}"):
        assert client.get(address).status_code == 403
    assert client.get(f"/grids/imports/{made.id}/drawing.json").status_code == 403
    assert client.post(f"/grids/imports/{made.id}/draft").status_code == 403
