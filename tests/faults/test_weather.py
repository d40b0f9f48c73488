"""A full disk, a database that is held up, a clock that jumps, a poisoned job, half of an upload: the house goes on."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from house.cluster import Throwaway
from tests.brokers import soon
from tests.conftest import URL
from tests.databases import plain
from tests.faults.calls import Answer, Caller, Part, multipart
from tests.faults.storm import Hall, hall, refusals, unequal, writers, written
from tests.faults.writers import photo
from tests.services.conftest import ANSWERS
from tests.world import PASSWORD
from webapp.base.pooling import WAIT_S

pytestmark = [pytest.mark.fault, pytest.mark.thorough]

# What the clock of the house shows, seconds from the real one. More than five minutes behind it takes what
# machines say for news of the future, and puts it aside (F15).
JUMPS = ("7200", "0", "-240", "0")
ROOM = "16m"
# Longer than anybody waits for a server that is frozen.
FROZEN_S = 24.0


@pytest.fixture(scope="module")
def here(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    """A house whose files lie on a small disk, and whose clock is what a file says."""
    folder = tmp_path_factory.mktemp("weather")
    (folder / "files").mkdir()
    (folder / "clock").write_text("0")
    settings = {"WEB_DOOR": "tests.faults.jumping:app", "CLOCK_FILE": str(folder / "clock")}
    mounted = _mounted(folder / "files")
    try:
        with (
            Throwaway() as cluster,
            hall(pytestconfig.stash[URL], cluster, folder, **settings) as made,
        ):
            yield made
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder / "files"], check=True)


def _mounted(folder: Path) -> bool:
    words = ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", folder]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def count(here: Hall) -> tuple[int, ...]:
    """How many rows there are of all that an upload could leave."""
    tables = ("case_file", "case_media", "stored_file", "service_application", "resident", "event")
    return here.rows(f"SELECT {', '.join(f'(SELECT count(*) FROM {each})' for each in tables)}")[0]


def kept(here: Hall) -> list[Path]:
    """The files of the house."""
    return sorted(each for each in (here.instance / "files").rglob("*") if each.is_file())


def with_photo(here: Hall, mark: str, body: bytes) -> tuple[str, dict[str, str], Part]:
    """A report with a picture."""
    spot = here.cast.spot
    said = {"class_code": "06010", "lon": str(spot.lon), "lat": str(spot.lat), "client_id": mark}
    return "/cases", said, Part("photo", "photo.jpg", body)


def test_on_a_full_disk_what_was_not_kept_is_told_and_leaves_nothing(here: Hall) -> None:
    if not (here.instance / "files").is_mount():
        pytest.skip("only an administrator makes a small disk")
    worker = Caller.signed_in(here.served, "worker", PASSWORD)
    mark, body = str(uuid.uuid4()), photo()
    ballast = here.instance / "files/ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as out:
        while True:
            out.write(bytes(4096))
    before = count(here), kept(here)
    refused = worker.post(*with_photo(here, mark, body))
    left = count(here), kept(here)
    # Whatever brings no file is taken meanwhile.
    said = {**with_photo(here, str(uuid.uuid4()), b"")[1], "words": "no picture"}
    meanwhile = worker.post("/cases", said)
    ballast.unlink()
    assert (refused.status, refused.retry_after) == (503, "60")
    assert "服务器没有空间存放文件" in refused.body.decode()
    assert left == before
    assert meanwhile.status == 303
    assert worker.post(*with_photo(here, mark, body)).status == 303
    assert here.rows(f"SELECT count(*) FROM case_file WHERE client_id = '{mark}'") == [(1,)]


def test_while_the_database_is_held_up_everybody_is_told_within_the_limits(here: Hall) -> None:
    machine = Caller.with_key(here.served, here.cast.case_key)
    spot = here.cast.spot
    marks = [str(uuid.uuid4()) for _each in range(20)]

    def report(mark: str) -> Answer:
        said = {"class_code": "06010", "lon": spot.lon, "lat": spot.lat, "words": "held up"}
        return machine.post_json("/api/v1/cases", json.dumps({**said, "client_id": mark}).encode())

    with closing(psycopg2.connect(plain(here.url))) as holder, holder.cursor() as sql:
        sql.execute("LOCK TABLE case_file IN ACCESS EXCLUSIVE MODE")
        with ThreadPoolExecutor(len(marks)) as callers:
            asked = [callers.submit(report, mark) for mark in marks]
            time.sleep(1)
            begun = time.monotonic()
            assert Caller(here.served).ask("GET", "/healthz").status == 200
            alive_s = time.monotonic() - begun
            answers = [each.result() for each in asked]
        # Nobody waits longer behind those who wait for the lock: their threads answer that the house lives.
        assert alive_s < WAIT_S / 2
        assert {(each.status, each.retry_after) for each in answers} == {(503, "3")}
        holder.rollback()
    assert {report(mark).status for mark in marks} <= {200, 201}
    assert here.rows("SELECT count(*) FROM case_file WHERE words = 'held up'") == [(len(marks),)]


@contextmanager
def frozen(here: Hall) -> Iterator[None]:
    """Every process of the database server stands still; nothing of it is gone, and nobody is refused."""
    ((one,),) = here.rows("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    said = Path(f"/proc/{one}/status").read_text()
    (mother,) = (int(line.split()[1]) for line in said.splitlines() if line.startswith("PPid:"))
    # First who lets in, so that there are no more of them.
    os.kill(mother, signal.SIGSTOP)
    all_of_them = [
        mother,
        *map(int, Path(f"/proc/{mother}/task/{mother}/children").read_text().split()),
    ]
    try:
        for each in all_of_them[1:]:
            os.kill(each, signal.SIGSTOP)
        yield
    finally:
        for each in all_of_them:
            # One that had just ended is gone with the first who goes on.
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGCONT)


def test_while_the_database_is_frozen_everybody_is_told_and_then_all_goes_on(here: Hall) -> None:
    machine = Caller.with_key(here.served, here.cast.case_key)
    spot = here.cast.spot
    marks = [str(uuid.uuid4()) for _each in range(30)]

    def report(mark: str) -> tuple[Answer, float]:
        said = {"class_code": "06010", "lon": spot.lon, "lat": spot.lat, "words": "frozen"}
        begun = time.monotonic()
        body = json.dumps({**said, "client_id": mark}).encode()
        return machine.post_json("/api/v1/cases", body), time.monotonic() - begun

    def page(path: str) -> tuple[Answer, float]:
        begun = time.monotonic()
        return Caller(here.served).ask("GET", path), time.monotonic() - begun

    first = len(marks) // 2
    with frozen(here), ThreadPoolExecutor(len(marks) + 3) as callers:
        asked = [callers.submit(report, mark) for mark in marks[:first]]
        asked += [
            callers.submit(page, path)
            for path in ("/report", "/nowhere", "/api/v1/locate?lon=121.1&lat=37.6")
        ]
        alive = []
        until = time.monotonic() + FROZEN_S
        while time.monotonic() < until:
            alive.append(page("/healthz"))
            time.sleep(0.5)
        # Whoever comes only then is told as well.
        asked += [callers.submit(report, mark) for mark in marks[first:]]
        answers = [each.result() for each in asked]
    told = {(each.status, each.retry_after) for each, _s in answers}
    assert told == {(503, "3")}, told
    assert max(took for _each, took in answers) < FROZEN_S
    assert {each.status for each, _s in alive} == {200}
    assert max(took for _each, took in alive) < WAIT_S / 2
    # By itself, and at once: those who came meanwhile come again.
    soon(lambda: report(marks[0])[0].status in (200, 201), "it does not go on", within_s=60)
    assert {report(mark)[0].status for mark in marks} <= {200, 201}
    assert here.rows("SELECT count(*) FROM case_file WHERE words = 'frozen'") == [(len(marks),)]
    ready = json.loads(page("/readyz")[0].body)
    assert (ready["database"], ready["worker"]) == ("ok", "ok")
    assert "everything is whole" in here.checked()


def test_poisoned_jobs_fail_by_themselves_and_the_next_has_its_turn(here: Hall) -> None:
    poison = (
        ("tasks.nothing", "{}"),
        ("notices.deliver", '{"dispatch_id": "no number"}'),
        ("notices.deliver", '{"nonsense": 1}'),
    )
    with closing(psycopg2.connect(plain(here.url))) as line, line.cursor() as sql:
        for name, arguments in poison * 20:
            sql.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, priority)"
                " VALUES ('default', %s, %s, 10)",
                (name, arguments),
            )
        line.commit()
    applicant = Caller.signed_in(here.served, "applicant", PASSWORD)
    sent = "SELECT count(*) FROM dispatch_out WHERE sent_at IS NOT NULL"
    ((before,),) = here.rows(sent)
    said = {**ANSWERS, "grid": str(here.cast.spot.grid_id), "client_id": str(uuid.uuid4())}
    names = ("identity_card", "flexible_proof", "contribution_receipt")
    parts = [Part(f"paper.{each}", "paper.jpg", photo()) for each in names]
    assert applicant.post("/services/JY04/apply", said, *parts).status == 303
    soon(lambda: here.rows(sent)[0][0] > before, "no text leaves any more")
    failed = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed' AND task_name = 'tasks.nothing'"
    soon(lambda: here.rows(failed)[0][0] == 20, "the unknown is tried for ever")
    assert here.served.worker.poll() is None
    # Somebody has read of them.
    with closing(psycopg2.connect(plain(here.url))) as line, line.cursor() as sql:
        sql.execute("DELETE FROM procrastinate_jobs WHERE status = 'failed'")
        line.commit()


def cut(here: Hall, caller: Caller, path: str, body: bytes, kind: str, *, chunked: bool) -> None:
    """Half of a request is sent; then the line is torn."""
    host = urlsplit(here.served.url)
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = f"POST {path} HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Type: {kind}\r\n{length}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in caller.headers.items())
    half = body[: len(body) // 2]
    if chunked:
        half = f"{len(body):x}\r\n".encode() + half
    with socket.create_connection((host.hostname, host.port), timeout=10) as line:
        line.sendall(head.encode() + b"\r\n" + half)
        time.sleep(0.2)
        # Torn, not closed: the other side is told at once.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def uploads(here: Hall) -> Sequence[tuple[Caller, str, dict[str, str], list[Part]]]:
    """Forms with files, as people send them."""
    worker = Caller.signed_in(here.served, "worker", PASSWORD)
    leader = Caller.signed_in(here.served, "leader", PASSWORD)
    applicant = Caller.signed_in(here.served, "applicant", PASSWORD)
    # Larger than what is held in memory.
    heavy = photo() + bytes(1_500_000)
    _path, said, _part = with_photo(here, str(uuid.uuid4()), b"")
    answers = {**ANSWERS, "grid": str(here.cast.spot.grid_id), "client_id": str(uuid.uuid4())}
    return (
        (worker, "/cases", {**said, "words": "half"}, [Part("photo", "a.jpg", heavy)]),
        (worker, "/cases", {**said, "words": "half"}, [Part("photo", "a.jpg", photo())]),
        (applicant, "/services/JY04/apply", answers, [Part("paper.identity_card", "a.jpg", heavy)]),
        (leader, "/households/import", {}, [Part("file", "homes.xlsx", heavy)]),
    )


@pytest.mark.parametrize("chunked", [False, True])
def test_half_of_an_upload_leaves_nothing(here: Hall, chunked: bool) -> None:
    forms = uploads(here)
    before = count(here), kept(here)
    for caller, path, said, parts in forms:
        kind, body = multipart({"csrf_token": caller.token, **said}, *parts)
        cut(here, caller, path, body, kind, chunked=chunked)
    # Whoever asks now is answered after those.
    soon(lambda: Caller(here.served).ask("GET", "/healthz").status == 200, "nobody answers")
    time.sleep(1)
    assert (count(here), kept(here)) == before


def test_whatever_the_clock_jumps_everything_is_taken_once_and_the_house_is_whole(
    here: Hall,
) -> None:
    everybody = writers(here)
    for each in everybody:
        each.begin()
    try:
        for jump in JUMPS:
            (here.instance / "clock").write_text(jump)
            written(everybody)
    finally:
        for each in everybody:
            each.end()
        (here.instance / "clock").write_text("0")
    assert refusals(everybody) == []
    assert unequal(here, everybody) == {}
    ahead = "SELECT count(*) FROM case_file WHERE happened_at > now() + interval '1 hour'"
    assert here.rows(ahead)[0][0] > 0, "the clock of the house did not jump"
    assert "everything is whole" in here.checked()
