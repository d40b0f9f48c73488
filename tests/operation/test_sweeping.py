"""What was erased is gone from the disk as well, and nothing else is."""

from __future__ import annotations

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.cases.stages import reported
from tests.world import World
from webapp.base import clock, files, tasks
from webapp.base.files import StoredFile
from webapp.cases.models import CaseMedia
from webapp.operation import checks, scenes, sweeping

LONG_AGO = timedelta(days=30)


def _kept(session: Session, world: World, seed: int, *, old: bool = True) -> tuple[int, Path]:
    """Key and bytes of a picture that was kept long ago, or just now."""
    file = files.keep_picture(scenes.photo("hole", seed=seed, solved=False), by=world.worker)
    path = files.path_of(file)
    if old:
        _age(session, file, path)
    return file.id, path


def _age(session: Session, file: StoredFile, path: Path) -> None:
    moment = clock.now() - LONG_AGO
    session.execute(update(StoredFile).where(StoredFile.id == file.id).values(created_at=moment))
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def test_a_file_that_nobody_names_goes_with_its_bytes(
    app: Flask, session: Session, world: World
) -> None:
    named, named_path = _kept(session, world, 1)
    session.add(
        CaseMedia(case_id=reported(world).id, file_id=named, stage="found", created_at=clock.now())
    )
    twin = files.keep_picture(BytesIO(named_path.read_bytes()), by=world.worker)
    gone, gone_path = _kept(session, world, 2)
    fresh, fresh_path = _kept(session, world, 3, old=False)
    half = gone_path.with_suffix(".99.part")
    half.write_bytes(b"half of an upload")
    os.utime(half, (1.0, 1.0))
    session.flush()

    sweeping.sweep()
    session.expire_all()
    assert session.get(StoredFile, gone) is None
    assert not half.exists()
    assert gone_path.exists(), "bytes go a night after their row, so that none is missed"
    sweeping.sweep()
    assert not gone_path.exists()
    assert session.get(StoredFile, named) is not None
    assert named_path.exists()
    assert session.get(StoredFile, fresh) is not None
    assert fresh_path.exists()
    assert twin.id != named


def test_bytes_that_nobody_swept_are_named(app: Flask, session: Session, world: World) -> None:
    key, path = _kept(session, world, 4)
    session.execute(StoredFile.__table__.delete().where(StoredFile.__table__.c.id == key))
    assert any(str(path) in line for line in checks.findings(read_files=False))
    sweeping.sweep()
    assert not any(str(path) in line for line in checks.findings(read_files=False))


@pytest.mark.usefixtures("session")
def test_the_sweep_comes_by_itself(app: Flask) -> None:
    assert "files.sweep" in tasks.queue.tasks
