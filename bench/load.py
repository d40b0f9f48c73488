"""A load of keep-alive clients on loopback, in processes of their own, for a bounded time."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import cpu
from bench.figures import Figure
from bench.ground import ROOT, Ground
from house.serve import RUNTIME, THREADS, WORKERS

ROUNDS = 4
WARM_S = 1.0
MEASURED_S = 3.0
# Clients share processes, so that two cores are not busy changing between them.
CLIENTS_A_PROCESS = 4


@dataclass(frozen=True)
class Request:
    """What one client sends; `body` is made anew each time, and `paths` chosen from, if there are any."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Callable[[], bytes] | None = None
    paths: Sequence[str] = ()

    @property
    def address(self) -> str:
        """Where it goes this time."""
        # Not by `random`: its state is the same in every process that is forked.
        return self.paths[secrets.randbelow(len(self.paths))] if self.paths else self.path


@dataclass(frozen=True)
class Server:
    """A served app: its port, and the process above all its own."""

    port: int
    pid: int


@dataclass(frozen=True)
class Load:
    """How a server bore it: requests a second, the time of one request, what one cost to compute."""

    per_second: float
    median_ms: float
    p95_ms: float
    app_ms: float
    database_ms: float
    requests: int
    statuses: Mapping[int, int]

    def __str__(self) -> str:
        said = f"{self.per_second:,.0f}/s, p50 {self.median_ms:.1f}, p95 {self.p95_ms:.1f} ms"
        computed = f"CPU {self.app_ms:.1f}"
        if self.database_ms >= 0.05:
            computed += f" + {self.database_ms:.1f}"
        wrong = {status: count for status, count in self.statuses.items() if status >= 400}
        return f"{said}, {computed} ms" + (f" ({wrong} refused)" if wrong else "")


@contextmanager
def served(
    door: str, environment: Mapping[str, str], *, threads: int = THREADS
) -> Iterator[Server]:
    """An app behind gunicorn, served as the house is."""
    command = [
        *(sys.executable, "-m", "gunicorn", door, "--worker-class", "gthread"),
        *("--workers", str(WORKERS), "--threads", str(threads), "--keep-alive", "30"),
        *("--log-level", "error", "--no-control-socket"),
    ]
    with started(command, {**environment, **RUNTIME}, at="--bind=127.0.0.1:{port}") as server:
        yield server


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], *, at: str = "--port={port}"
) -> Iterator[Server]:
    """A server that is told its port by the word `at`; it is gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*command, at.format(port=port)]
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environment), start_new_session=True)
    try:
        _wait(port, process)
        yield Server(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:  # somebody still reads a stream
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def bare(body: bytes) -> Iterator[Server]:
    """A Flask app with one route, which answers these bytes."""
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(body)
        with served("bench.doors:bare()", {**os.environ, "BENCH_BODY": file.name}) as server:
            yield server


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            asked(port, Request("GET", "/"))
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server of the benchmark did not start")


def asked(port: int, request: Request) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and body of one answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = request.body() if request.body else None
    connection.request(request.method, request.address, body, dict(request.headers))
    answer = connection.getresponse()
    status, headers, content = answer.status, answer.headers, answer.read()
    connection.close()
    return status, headers, content


def beside_bare(
    ground: Ground, house: Server, request: Request, *, what: str, clients: int
) -> Figure:
    """The house under load, beside a bare Flask route with the bytes of its answer, in turns."""
    return figure(what, clients, *in_turns(ground, house, request, clients=clients))


def in_turns(
    ground: Ground, house: Server, request: Request, *, clients: int, rounds: int = ROUNDS
) -> tuple[list[Load], list[Load]]:
    """The loads of the house, and those of a bare Flask route with the bytes of its answer."""
    status, _headers, body = asked(house.port, request)
    if status >= 400:
        raise RuntimeError(f"{request.path} was refused ({status}): {body[:500]!r}")
    ours: list[Load] = []
    theirs: list[Load] = []
    with bare(body) as other:
        for _round in range(rounds):
            ours.append(_borne(house, request, clients, ground.postmaster))
            theirs.append(_borne(other, request, clients, ground.postmaster))
    return ours, theirs


def beside(
    ground: Ground,
    house: Server,
    request: Request,
    other: Server,
    theirs: Request,
    *,
    clients: int,
    rounds: int = ROUNDS,
) -> tuple[list[Load], list[Load]]:
    """The loads of the house, and those of another server that is asked the same, in turns."""
    mine: list[Load] = []
    others: list[Load] = []
    for _round in range(rounds):
        mine.append(_borne(house, request, clients, ground.postmaster))
        others.append(_borne(other, theirs, clients, ground.postmaster))
    return mine, others


def fastest(loads: Sequence[Load]) -> Load:
    """The round that the rest of the machine has disturbed least."""
    return max(loads, key=lambda load: load.per_second)


def figure(what: str, clients: int, ours: Sequence[Load], theirs: Sequence[Load]) -> Figure:
    """The best round of each as a line of the table."""
    mine, plain = fastest(ours), fastest(theirs)
    return Figure(
        what=f"{what}, {clients} client{'s' * (clients > 1)}",
        rows=sum(each.requests for each in ours),
        measured=str(mine),
        baseline="bare Flask route, same bytes",
        beside=str(plain),
        ratio=mine.per_second / plain.per_second,
        met=None if max(max(each.statuses) for each in ours) < 400 else False,
    )


def _borne(server: Server, request: Request, clients: int, postmaster: int) -> Load:
    """So many clients send the request, each as soon as it has its answer."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[list[tuple[float, int]]] = context.Queue()
    begin = time.monotonic() + WARM_S
    senders = [
        context.Process(target=_send, args=(server.port, request, share, begin, results))
        for share in _shares(clients)
    ]
    for sender in senders:
        sender.start()
    time.sleep(max(0.0, begin - time.monotonic()))
    before = cpu.spent(server.pid), cpu.spent(postmaster)
    time.sleep(max(0.0, begin + MEASURED_S - time.monotonic()))
    after = cpu.spent(server.pid), cpu.spent(postmaster)
    answers = [answer for _ in senders for answer in results.get(timeout=60)]
    for sender in senders:
        sender.join()
    times = sorted(took for took, _status in answers)
    statuses: dict[int, int] = {}
    for _took, status in answers:
        statuses[status] = statuses.get(status, 0) + 1
    app, database = ((late - soon) / len(times) for soon, late in zip(before, after, strict=True))
    return Load(
        per_second=len(times) / MEASURED_S,
        median_ms=statistics.median(times) * 1000,
        p95_ms=times[int(len(times) * 0.95)] * 1000,
        app_ms=app * 1000,
        database_ms=database * 1000,
        requests=len(times),
        statuses=statuses,
    )


def _shares(clients: int) -> list[int]:
    starts = range(0, clients, CLIENTS_A_PROCESS)
    return [min(CLIENTS_A_PROCESS, clients - start) for start in starts]


def _send(
    port: int,
    request: Request,
    clients: int,
    begin: float,
    results: multiprocessing.Queue[list[tuple[float, int]]],
) -> None:
    found: list[tuple[float, int]] = []
    threads = [
        threading.Thread(target=_client, args=(port, request, begin, found)) for _ in range(clients)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    results.put(found)


def _client(port: int, request: Request, begin: float, found: list[tuple[float, int]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while (now := time.monotonic()) < begin + MEASURED_S:
        body = request.body() if request.body else None
        connection.request(request.method, request.address, body, dict(request.headers))
        answer = connection.getresponse()
        answer.read()
        if begin <= now:
            found.append((time.monotonic() - now, answer.status))
    connection.close()
