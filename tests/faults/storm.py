"""A whole house on a cluster of its own, those who write to it, and what may be shot."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2
from sqlalchemy import text

from house.cluster import Throwaway
from tests import databases
from tests.brokers import Post, posted, soon
from tests.community.voting import block_of
from tests.faults.calls import NOBODY, Answer, Caller
from tests.faults.writers import (
    Alarms,
    AlarmsAtBroker,
    AlarmsLeftAtBroker,
    Applications,
    Cases,
    Imports,
    Passages,
    PassagesAtBroker,
    Spot,
    Uploads,
    Votes,
    Writer,
)
from tests.interop.webhooks.receivers import Receiver, receiving
from tests.servers import Served, ask, running
from tests.world import HASH, PASSWORD, peopled, posted as at_a_post
from webapp.app import create_app
from webapp.base import clock
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.interop.webhooks import actions as webhooks
from webapp.monitoring.intake import keeping as sources
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.people import actions as people
from webapp.people.models import Account
from webapp.points import queries as points
from webapp.points.gates import keeping as gates
from webapp.points.rules import Template

NEAR = "127.0.0.0/8"
HOMES = 60
# Between two blows every writer that still writes has so many things acknowledged.
BETWEEN = 2
WAITING_S = 30.0


@dataclass(frozen=True)
class Cast:
    """Who there is: a spot in the worker's grid, keys of machines, the vote, who lives in which home."""

    spot: Spot
    case_key: str
    gate: str
    gate_key: str
    source_key: str
    topic_id: int
    # Account names of the residents by the keys of their homes.
    homes: Mapping[str, str]


@dataclass
class Hall:
    """A served house with its broker, its receiver of webhooks; `url` is where its data really are."""

    url: str
    served: Served
    post: Post
    receiver: Receiver
    cast: Cast

    @property
    def instance(self) -> Path:
        """Its folder."""
        return self.served.instance

    def web_processes(self) -> list[int]:
        """The processes of the web server that answer."""
        number = self.served.web.pid
        made = Path(f"/proc/{number}/task/{number}/children").read_text()
        return [int(each) for each in made.split()]

    def rows(self, statement: str) -> list[Any]:
        """Rows of the database, asked by a connection of its own."""
        with (
            closing(psycopg2.connect(databases.plain(self.url))) as line,
            line.cursor() as sql,
        ):
            sql.execute(statement, ())
            return sql.fetchall()

    def checked(self) -> str:
        """What `flask check --files` says; it raises where anything is broken."""
        told = self.served.environment
        names = ("INSTANCE", "SECRET_KEY", "FILES_URL")
        where = {name: told[name] for name in names if name in told}
        return databases.flask(self.url, "check", "--files", **where)


@contextmanager
def hall(template_url: str, cluster: Throwaway, instance: Path, **settings: str) -> Iterator[Hall]:
    """The house runs on the cluster, which is filled from the template of the run."""
    databases.copy_to(template_url, cluster.url)
    made_safe(cluster.url)
    settings = {"WEBHOOK_NETWORKS": NEAR, "WEB_THREADS": "16", **settings}
    with ExitStack() as open_:
        receiver = open_.enter_context(receiving())
        files = {name: value for name, value in settings.items() if name == "FILES_URL"}
        cast = peopled_for_all(cluster.url, instance, receiver, **files)
        url = settings.get("DATABASE_URL", cluster.url)
        post = open_.enter_context(posted(url, instance, databases.SECRET_KEY, **files))
        settings = settings | {"DATABASE_URL": url, "MQTT_PORT": str(post.port)}
        served = open_.enter_context(running(url, instance, workers=2, **settings))
        yield Hall(cluster.url, served, post, receiver, cast)


def made_safe(url: str) -> None:
    """What is acknowledged outlives the server: a cluster of tests gives that up."""
    with closing(psycopg2.connect(databases.plain(url))) as line, line.cursor() as sql:
        sql.execute("ALTER DATABASE wangge SET synchronous_commit = on")
        line.commit()


def app_on(url: str, instance: Path, **more: str) -> Any:
    """An app in this process on the same database."""
    values = {
        "WANGGE_ENV": "test",
        "DATABASE_URL": url,
        "SECRET_KEY": databases.SECRET_KEY,
        "INSTANCE": str(instance),
        **more,
    }
    return create_app(Settings.from_environment(values))


def peopled_for_all(url: str, instance: Path, receiver: Receiver, **more: str) -> Cast:
    """Everybody is there who writes anything; the receiver is told of every case."""
    app = app_on(url, instance, WEBHOOK_NETWORKS=NEAR, **more)
    with app.test_request_context("/"):
        world = peopled()
        block = block_of(world, HOMES)
        topic, _poll = block.voting(secret=False)
        homes: dict[str, str] = {}
        for home, resident in zip(block.homes, block.residents, strict=True):
            account = db.session.get_one(Account, resident.id)
            account.username, account.password_hash = f"resident{account.id}", HASH
            homes[str(home.id)] = account.username
        at_a_post("applicant", None, None, since=clock.now(), phone="+8613800138000")
        owner = db.session.get_one(Account, world.worker.id)
        _token, case_key = people.issue_token(
            name="phone", scopes=["cases"], account=owner, by=None
        )
        gate = gates.set_up(points.listed(Template.SAMPLING)[0], "booth-1", by=None)
        source = sources.set_up("box", Described("箱子", tuple(Format)), by=None)
        webhooks.keep(
            name="all",
            url=receiver.url(),
            types=["case.created"],
            account=db.session.get_one(Account, world.shift_leader.id),
            by=world.admin,
        )
        # Everybody has long been at his post: no clock that is set back comes before that.
        db.session.execute(
            text("UPDATE post SET valid = tstzrange(lower(valid) - interval '1 day', upper(valid))")
        )
        lon, lat = world.spot(world.home)
        cast = Cast(
            spot=Spot(lon, lat, world.home.display_code, world.home.id),
            case_key=case_key,
            gate=gate.code,
            gate_key=gates.new_key(gate, by=None),
            source_key=sources.new_key(source, by=None),
            topic_id=topic.id,
            homes=homes,
        )
        db.session.commit()
        db.engine.dispose()
    return cast


def writers(hall: Hall) -> list[Writer]:
    """One who writes for each kind and way."""
    cast, served = hall.cast, hall.served
    voters = {home: Caller.signed_in(served, name, PASSWORD) for home, name in cast.homes.items()}
    gate = hall.post.machine(cast.gate, cast.gate_key)
    box = hall.post.machine("box", cast.source_key)
    soon(lambda: gate.is_in() and box.is_in(), "the machines are not let in")
    return [
        Cases(Caller.with_key(served, cast.case_key), cast.spot),
        Applications(Caller.signed_in(served, "applicant", PASSWORD), cast.spot),
        Passages(Caller.with_key(served, cast.gate_key), cast.gate),
        Votes(cast.topic_id, voters),
        Alarms(Caller.with_key(served, cast.source_key)),
        Uploads(Caller.signed_in(served, "worker", PASSWORD), cast.spot),
        Imports(Caller.signed_in(served, "leader", PASSWORD), cast.spot),
        PassagesAtBroker(gate),
        AlarmsAtBroker(box),
        AlarmsLeftAtBroker(box),
    ]


@dataclass(frozen=True)
class Victim:
    """What is shot, how it comes back, and the kinds in the middle of whose writing it is."""

    name: str
    shot: Callable[[], None]
    again: Callable[[], None]
    kinds: Sequence[str]


def shoot(victim: Victim, aim: Writer, everybody: Sequence[Writer]) -> bool:
    """It is shot somewhere in the middle of one writing, and comes back; then all have written again.

    False where all there is of the kind was written before that.
    """
    while not aim.writing.wait(1):
        if not aim.alive:
            return False
    time.sleep(random.uniform(0, aim.took_s))
    victim.shot()
    victim.again()
    written(everybody)
    return True


def written(everybody: Sequence[Writer]) -> None:
    """Everybody who still writes has written some more."""
    before = {each.kind: len(each.acknowledged) for each in everybody}
    for each in everybody:
        soon(
            lambda each=each: (
                not each.alive  # type: ignore[misc]  # bound at once
                or len(each.acknowledged) >= before[each.kind] + BETWEEN
            ),
            f"no {each.kind} is taken any more",
            within_s=90,
        )


def unequal(hall: Hall, everybody: Sequence[Writer]) -> dict[str, dict[str, int]]:
    """Of each kind the marks that were acknowledged and are not there just once.

    What a broker has acknowledged has half a minute to come in.
    """

    def wrong(each: Writer) -> dict[str, int]:
        found = dict(hall.rows(each.there))
        return {mark: found.get(mark, 0) for mark in each.acknowledged if found.get(mark) != 1}

    found = {}
    for each in everybody:
        until = time.monotonic() + WAITING_S
        while (left := wrong(each)) and 0 in left.values() and time.monotonic() < until:
            time.sleep(0.2)
        if left:
            found[each.kind] = left
    return found


def refusals(everybody: Sequence[Writer]) -> list[tuple[str, Answer]]:
    """What was refused, of each kind. Over MQTT nobody is refused: the answer only came late."""
    return [
        (each.kind, answer)
        for each in everybody
        for answer in each.refused
        if answer.status != NOBODY or not each.kind.endswith("over MQTT")
    ]


def kill_a_child(hall: Hall) -> None:
    """One process of the web server dies; gunicorn makes another by itself."""
    os.kill(hall.web_processes()[0], signal.SIGKILL)


def kill_a_backend(hall: Hall) -> None:
    """A process of the database that works for the house dies, and with it all others; it comes back by itself."""
    statement = """
        SELECT pid FROM pg_stat_activity WHERE application_name = 'wangge'
        ORDER BY state = 'active' DESC LIMIT 1
    """
    ((number,),) = hall.rows(statement)
    os.kill(number, signal.SIGKILL)


def late_by_worker(hall: Hall) -> None:
    """What a killed worker held is taken up now: as if the time for which it held it had gone by."""
    ask(hall.served, "UPDATE webhook_delivery SET held_until = now() RETURNING 1")
    ask(
        hall.served,
        "UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute' RETURNING 1",
    )
