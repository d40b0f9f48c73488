"""The people of a working day, as locust plays them; `bench/crowd.py` starts it and says who they are.

Each waits between two things as long as a person does. A page is named by what it is, not by its number.
"""

from __future__ import annotations

import json
import os
import random
import uuid
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, constant_pacing, task

SAID: dict[str, Any] = json.loads(Path(os.environ["BENCH_CROWD"]).read_text())
WORKERS, DESKS, RESIDENTS = 160, 40, 10
# An hour brings five hundred residents, of whom each is one of these ten once more.
RESIDENT_S = 3600 / 500 * RESIDENTS


class _Signed(FastHttpUser):
    """Somebody who has signed in."""

    abstract = True
    role = ""

    def on_start(self) -> None:
        """The browser has its cookie; forms carry their token."""
        signed = random.choice(SAID["signed"][self.role])
        self.client.client.default_headers = {"Cookie": signed["cookie"]}
        self.token, self.cases = signed["token"], signed["cases"]

    def look(self, path: str, name: str, **more: Any) -> Any:
        """A page."""
        return self.client.get(path, name=f"{self.role}: {name}", **more)


class Worker(_Signed):
    """A grid worker: looks at the map and at what there is to do, now and then reports."""

    role = "worker"
    fixed_count = WORKERS
    wait_time = between(20, 60)

    @task(5)
    def today(self) -> None:
        """Today's stops."""
        self.look("/cases/today", "today's stops")

    @task(5)
    def phone(self) -> None:
        """The map of the phone, with the grids, which the phone has kept."""
        self.look("/phone", "map of the phone")
        self.look("/bell", "bell")

    @task(2)
    def case(self) -> None:
        """A case."""
        self.look(f"/cases/{random.choice(self.cases)}", "a case")

    @task(2)
    def report(self) -> None:
        """A report with a picture and a spot."""
        lon, lat = random.choice(SAID["spots"])
        said = {
            "csrf_token": self.token,
            "class_code": "06010",
            "lon": str(lon),
            "lat": str(lat),
            "words": "a heap of rubbish",
            "client_id": str(uuid.uuid4()),
        }
        self.look("/cases/new", "form of a report")
        headers = {"Accept": "application/json"}
        self.client.post("/cases", said, name="worker: report sent", headers=headers)


class Desk(_Signed):
    """Somebody at the desk: the queue, a case, the map, figures."""

    role = "desk"
    fixed_count = DESKS
    wait_time = between(5, 20)

    @task(6)
    def queue(self) -> None:
        """The queue."""
        self.look("/cases", "queue")

    @task(4)
    def case(self) -> None:
        """A case."""
        self.look(f"/cases/{random.choice(self.cases)}", "a case")

    @task(2)
    def desk(self) -> None:
        """The first page."""
        self.look("/desk", "desk")
        self.look("/bell", "bell")

    @task(2)
    def around(self) -> None:
        """The open cases of a part of the map."""
        lon, lat = random.choice(SAID["spots"])
        box = f"{lon - 0.01:.5f},{lat - 0.01:.5f},{lon + 0.01:.5f},{lat + 0.01:.5f}"
        self.look(f"/maps/layers/cases.json?bbox={box}", "cases of a box")

    @task(1)
    def alarms(self) -> None:
        """The board of alarms."""
        self.look("/alarms", "alarms")

    @task(1)
    def figures(self) -> None:
        """The figures of the month."""
        self.look("/figures", "figures")

    @task(1)
    def machine(self) -> None:
        """What a program reads."""
        self.look("/api/v1/cases?limit=50", "API: fifty cases")


class Street(_Signed):
    """The street leader looks for somebody among a hundred thousand."""

    role = "street"
    fixed_count = 2
    wait_time = between(20, 40)

    @task
    def homes(self) -> None:
        """Homes by the beginning of a name."""
        self.look("/households?q=%E7%A4%BA", "homes by a name")


class Resident(FastHttpUser):
    """A resident who looks where to go, what there is, and what became of a case."""

    fixed_count = RESIDENTS
    wait_time = constant_pacing(RESIDENT_S)

    @task
    def visit(self) -> None:
        """One visit."""
        lon, lat = random.choice(SAID["spots"])
        for path, name in (
            ("/jisuban", "mobile services"),
            (f"/nearest?lon={lon}&lat={lat}", "who serves soonest"),
            ("/services", "items"),
            ("/report", "form of a report"),
            ("/public/cases", "public cases"),
            ("/jobs", "work"),
        ):
            self.client.get(path, name=f"resident: {name}")
