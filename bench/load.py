"""A small load of keep-alive clients on loopback, in processes of their own, for a bounded time."""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bench.ground import ROOT
from house.serve import THREADS, WORKERS

WARM_S = 1.0
MEASURED_S = 6.0
# Clients share processes, so that two cores are not busy changing between them.
CLIENTS_A_PROCESS = 4


@dataclass(frozen=True)
class Request:
    """What one client sends; `body` is made anew each time."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Callable[[], bytes] | None = None


@dataclass(frozen=True)
class Load:
    """How a server bore it: requests a second, and the time of one request in milliseconds."""

    per_second: float
    median_ms: float
    p95_ms: float
    statuses: Mapping[int, int]


@contextmanager
def served(door: str, environment: Mapping[str, str]) -> Iterator[int]:
    """The port at which gunicorn serves an app, as it serves the house."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "gunicorn", door),
        *("--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
        *("--workers", str(WORKERS), "--threads", str(THREADS), "--keep-alive", "30"),
        *("--log-level", "error", "--no-control-socket"),
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=dict(environment), start_new_session=True)
    try:
        _wait(port, server)
        yield port
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise RuntimeError("the server of the benchmark did not start")


def borne(port: int, request: Request, *, clients: int) -> Load:
    """So many clients send the request, each as soon as it has its answer."""
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[list[tuple[float, int]]] = context.Queue()
    shares = [
        min(CLIENTS_A_PROCESS, clients - start) for start in range(0, clients, CLIENTS_A_PROCESS)
    ]
    senders = [
        context.Process(target=_send, args=(port, request, share, results), daemon=True)
        for share in shares
    ]
    for sender in senders:
        sender.start()
    answers = [answer for _ in senders for answer in results.get(timeout=60)]
    for sender in senders:
        sender.join()
    times = sorted(took for took, _status in answers)
    statuses: dict[int, int] = {}
    for _took, status in answers:
        statuses[status] = statuses.get(status, 0) + 1
    return Load(
        per_second=len(times) / MEASURED_S,
        median_ms=statistics.median(times) * 1000,
        p95_ms=times[int(len(times) * 0.95)] * 1000,
        statuses=statuses,
    )


def _send(
    port: int,
    request: Request,
    clients: int,
    results: multiprocessing.Queue[list[tuple[float, int]]],
) -> None:
    found: list[tuple[float, int]] = []
    begun = time.monotonic()
    threads = [
        threading.Thread(target=_client, args=(port, request, begun, found)) for _ in range(clients)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    results.put(found)


def _client(port: int, request: Request, begun: float, found: list[tuple[float, int]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while (now := time.monotonic()) < begun + WARM_S + MEASURED_S:
        body = request.body() if request.body else None
        connection.request(request.method, request.path, body, dict(request.headers))
        answer = connection.getresponse()
        answer.read()
        if now >= begun + WARM_S:
            found.append((time.monotonic() - now, answer.status))
    connection.close()
