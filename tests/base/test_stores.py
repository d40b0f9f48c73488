"""Files of several hosts lie in a bucket: what one host has kept, another one gives out, and what it dropped is gone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from tests.buckets import NAME, Stand, bucket
from tests.world import World
from webapp.base import clock, erasing, files, stores
from webapp.base.config import Settings, SettingsError
from webapp.base.exports import actions as exports
from webapp.base.exports.models import Export
from webapp.base.exports.rules import Format
from webapp.base.files import StoredFile
from webapp.base.stores import Away, Bucket, Folder
from webapp.cases.honesty.marks import mark_of
from webapp.operation import checks, scenes, sweeping


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with bucket(tmp_path_factory.mktemp("bucket")) as found:
        yield found


@pytest.fixture
def shared(app: Flask, session: Session, stand: Stand, tmp_path: Path) -> Iterator[Stand]:
    """The app of the test as one of several hosts."""
    settings = replace(app.extensions["settings"], files_url=stand.address, instance=tmp_path)
    before = {name: app.extensions[name] for name in ("files", "exports", "settings")}
    app.extensions["settings"] = settings
    files.init_app(app, settings)
    exports.init_app(app, settings)
    try:
        yield stand
    finally:
        app.extensions.update(before)


def test_a_bucket_keeps_reads_lists_and_drops(stand: Stand) -> None:
    here, there = Bucket(stand.address, "a"), Bucket(stand.address, "a")
    here.put("12/1234", b"bytes")
    assert there.read("12/1234") == b"bytes"
    assert there.has("12/1234")
    with there.opened("12/1234") as file:
        assert file.read() == b"bytes"
    (found,) = there.lying()
    assert found.name == "12/1234"
    assert abs(clock.now() - found.at) < timedelta(minutes=5)
    assert list(Bucket(stand.address, "b").lying()) == []
    there.drop("12/1234")
    there.drop("12/1234")
    assert not here.has("12/1234")
    for gone in (here.read, here.opened):
        with pytest.raises(FileNotFoundError):
            gone("12/1234")


@pytest.mark.thorough
def test_more_names_than_one_answer_holds_are_all_told(stand: Stand) -> None:
    folder = stand.folder / "many/00"
    folder.mkdir(parents=True)
    for number in range(1_234):
        (folder / f"{number:04}").write_bytes(b"x")
    assert len({each.name for each in Bucket(stand.address, "many").lying()}) == 1_234


@pytest.mark.thorough
def test_a_large_file_is_taken_whole(stand: Stand, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    body = os.urandom(12 * 1024 * 1024)
    path.write_bytes(body)
    store = Bucket(stand.address, "large")
    store.take(path)
    assert not path.exists()
    with store.opened("list.csv") as file:
        assert file.read() == body


def test_whoever_has_another_secret_gets_nothing(stand: Stand) -> None:
    Bucket(stand.address, "held").put("a", b"bytes")
    key, _at, host = stand.address.rpartition("@")
    wrong = Bucket(f"{key}x@{host}", "held")
    for deed in (lambda: wrong.read("a"), lambda: wrong.put("b", b""), lambda: wrong.drop("a")):
        with pytest.raises(Away):
            deed()
    assert Bucket(stand.address, "held").read("a") == b"bytes"


@pytest.mark.thorough
def test_what_is_kept_is_given_out_with_its_tag_and_in_parts(
    app: Flask, shared: Stand, world: World
) -> None:
    file = files.keep_picture(scenes.photo("hole", seed=7, solved=False), by=world.worker)
    assert f"files/{files.name_of(file)}" in shared.names()
    body = files.body_of(file)
    with pytest.raises(LookupError):
        files.path_of(file)
    with files.lent(file) as path:
        assert mark_of(path) is not None
    assert not path.exists()

    with app.test_request_context("/"):
        answer = files.answer(file)
        answer.direct_passthrough = False
        assert answer.get_data() == body
    with app.test_request_context("/", headers={"If-None-Match": f'"{file.sha256}"'}):
        assert files.answer(file).status_code == 304
    with app.test_request_context("/", headers={"Range": "bytes=2-5"}):
        part = files.answer(file)
        part.direct_passthrough = False
        assert (part.status_code, part.get_data()) == (206, body[2:6])


@pytest.mark.thorough
def test_what_is_erased_or_of_nobody_is_gone_from_the_bucket(
    session: Session, shared: Stand, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = [
        files.keep_picture(scenes.photo("hole", seed=8, solved=False), by=world.worker)
        for _twice in range(2)
    ]
    name = f"files/{files.name_of(twins[0])}"
    erasing.erase(twins[0])
    session.flush()
    assert name in shared.names(), "another file has the same bytes"
    erasing.erase(twins[1])
    session.flush()
    assert name not in shared.names()

    lost = files.keep(b"lost", "text/plain", by=world.worker)
    name = files.name_of(lost)
    session.execute(delete(StoredFile).where(StoredFile.id == lost.id))
    sweeping.sweep()
    assert f"files/{name}" in shared.names(), "an upload of this minute may have its row tomorrow"
    monkeypatch.setattr(sweeping, "KEPT", timedelta(minutes=-5))
    assert any(name in line for line in checks.findings(read_files=False))
    sweeping.sweep()
    assert f"files/{name}" not in shared.names()


@pytest.mark.thorough
def test_what_somebody_changed_or_took_out_of_the_bucket_is_named(
    shared: Stand, world: World
) -> None:
    changed, gone = (files.keep(each, "text/plain", by=world.worker) for each in (b"one", b"two"))
    assert not [line for line in checks.findings(read_files=True) if line.startswith("file ")]
    (shared.folder / "files" / files.name_of(changed)).write_bytes(b"other")
    (shared.folder / "files" / files.name_of(gone)).unlink()
    found = [line for line in checks.findings(read_files=True) if line.startswith("file ")]
    assert [line.split(" at ")[0] for line in found] == [
        f"file {changed.id}",
        f"file {gone.id} is missing",
    ]
    assert all(NAME in line and "secret" not in line for line in found)


@pytest.mark.thorough
def test_a_list_that_one_host_made_is_fetched_at_another(
    app: Flask, session: Session, shared: Stand, world: World
) -> None:
    export = Export(
        sheet="cases",
        format=Format.CSV,
        wish={},
        locale="en",
        account_id=world.worker.id,
        expected=1,
        rows=1,
    )
    session.add(export)
    path = exports.new_path(Format.CSV)
    path.write_bytes(b"a,b\n1,2\n")
    exports.keep(export, path)
    session.flush()
    assert not path.exists()
    name = exports.waiting(export)
    assert name is not None
    assert f"exports/{name}" in shared.names()
    with exports.store().opened(name) as file:
        assert file.read() == b"a,b\n1,2\n"
    export.expires_at = clock.now() - timedelta(seconds=1)
    session.flush()
    exports.forget()
    assert f"exports/{name}" not in shared.names()


@pytest.mark.thorough
def test_a_store_that_is_away_refuses_in_words_and_keeps_nothing(
    app: Flask, session: Session, shared: Stand, world: World
) -> None:
    file = files.keep(b"before", "text/plain", by=world.worker)
    shared.end()
    try:
        with pytest.raises(Away) as refusal:
            files.keep(b"meanwhile", "text/plain", by=world.worker)
        assert refusal.value.status == 503
        with pytest.raises(Away):
            files.body_of(file)
    finally:
        shared.begin()
    assert files.body_of(file) == b"before"


def test_the_address_is_read_from_the_setting_or_its_file(tmp_path: Path, stand: Stand) -> None:
    kept = tmp_path / "files-url"
    kept.write_text(stand.address + "\n")
    settings = Settings.from_environment({"FILES_URL": f"file:{kept}", "INSTANCE": str(tmp_path)})
    store = stores.opened(settings, "files", "??/*")
    assert isinstance(store, Bucket)
    assert store.where("ab/c") == f"http://127.0.0.1:{stand.port}/{NAME}/files/ab/c"
    alone = replace(settings, files_url="")
    assert isinstance(stores.opened(alone, "files", "??/*"), Folder)
    own = Bucket("https://k:s@wangge.oss.example.cn?region=cn-beijing", "files")
    assert own.where("a") == "https://wangge.oss.example.cn/files/a"
    for bad in ("s3://k:s@h/b", "https://h/b", "https://k@h/b", "https://k:s@h/b/c", "bucket"):
        with pytest.raises(SettingsError, match="FILES_URL"):
            Bucket(bad, "files")
