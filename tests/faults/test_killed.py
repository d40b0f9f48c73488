"""Everything that runs is shot in the middle of writes of every kind; then every mark is compared with the database."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from house.cluster import Throwaway
from tests.brokers import Post, soon
from tests.conftest import URL
from tests.faults.calls import NOBODY
from tests.faults.storm import (
    Hall,
    Victim,
    hall,
    kill_a_backend,
    kill_a_child,
    late_by_worker,
    shoot,
    writers,
    written,
)
from tests.faults.writers import AlarmsLeftAtBroker, Writer

pytestmark = [pytest.mark.fault, pytest.mark.thorough]

PAGES = ("case", "application", "gate event", "vote", "alarm", "upload", "import")
MQTT = ("gate event over MQTT", "alarm over MQTT")
KINDS = (*PAGES, *MQTT)
# It has the word of the broker only.
LEFT = "alarm left over MQTT"
# By its own word the broker has written down what it acknowledged within milliseconds; a busy machine takes longer.
WRITTEN_WITHIN_S = 1.0


@dataclass
class Storm:
    """What was written while everything was shot."""

    hall: Hall
    writers: dict[str, Writer]
    blows: Counter[str]


@pytest.fixture(scope="module")
def storm(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storm]:
    with (
        Throwaway() as cluster,
        hall(pytestconfig.stash[URL], cluster, tmp_path_factory.mktemp("storm")) as here,
    ):
        everybody = writers(here)
        by_kind = {each.kind: each for each in everybody}
        for each in everybody:
            each.begin()
        blows: Counter[str] = Counter()
        try:
            written(everybody)
            for victim in _victims(here, cluster):
                for kind in victim.kinds:
                    if by_kind[kind].alive:
                        here.served.keep_worker()
                        blows[victim.name] += shoot(victim, by_kind[kind], everybody)
        finally:
            for each in everybody:
                each.end()
        here.served.keep_worker()
        late_by_worker(here)
        yield Storm(here, by_kind, blows)


def _victims(here: Hall, cluster: Throwaway) -> list[Victim]:
    served, post = here.served, here.post
    return [
        Victim("web server", served.kill_web, served.start_web, ("case", "upload")),
        Victim("one of its processes", lambda: kill_a_child(here), lambda: None, PAGES),
        Victim("database", cluster.fall, cluster.rise, KINDS),
        Victim(
            "one of its connections", lambda: kill_a_backend(here), lambda: None, ("case", "import")
        ),
        Victim("worker", served.kill_worker, served.start_worker, ("case", "application")),
        Victim("intake", post.kill_intake, post.start_intake, MQTT),
        Victim("broker", post.kill_broker, post.start_broker, (*MQTT, LEFT)),
    ]


def test_each_was_shot_in_the_middle_of_every_kind_it_carries(storm: Storm) -> None:
    # The homes may all have voted before their turn.
    assert storm.blows["one of its processes"] >= len(PAGES) - 1
    assert storm.blows["database"] >= len(KINDS) - 1
    assert len(storm.blows) == 7


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_acknowledged_is_there_exactly_once(storm: Storm, kind: str) -> None:
    writer = storm.writers[kind]
    assert len(writer.acknowledged) == len(set(writer.acknowledged)) > 10

    wanted = set(writer.acknowledged)

    def missing() -> set[str]:
        return wanted - {mark for mark, _count in storm.hall.rows(writer.there)}

    # What the broker has acknowledged may still be on its way in.
    soon(lambda: not missing(), "lost", within_s=30 if kind in MQTT else 1)
    counted = dict(storm.hall.rows(writer.there))
    assert {mark: counted[mark] for mark in wanted if counted[mark] != 1} == {}


def test_of_what_the_broker_alone_acknowledged_only_what_it_took_as_it_died_unheard_may_be_missing(
    storm: Storm,
) -> None:
    writer, post = storm.writers[LEFT], storm.hall.post
    assert isinstance(writer, AlarmsLeftAtBroker)
    assert len(writer.acknowledged) == len(set(writer.acknowledged)) > 10
    promised = [mark for mark in writer.acknowledged if not _may_be_missing(post, writer, mark)]

    def counted() -> dict[str, int]:
        return dict(storm.hall.rows(writer.there))

    soon(lambda: counted().keys() >= set(promised), "lost", within_s=30)
    found = counted()
    assert {mark: found[mark] for mark in writer.acknowledged if found.get(mark, 1) != 1} == {}


def _may_be_missing(post: Post, writer: AlarmsLeftAtBroker, mark: str) -> bool:
    """Acknowledged just before the broker died, when no intake was there to be given it (docs/intake.md)."""
    taken = writer.taken_at[mark]
    # The writer looks a moment after the broker has spoken.
    dying = any(abs(each - taken) <= WRITTEN_WITHIN_S for each in post.broker_died)
    return dying and not post.listened(taken)


def test_nobody_was_told_anything_but_to_come_again(storm: Storm) -> None:
    said = {answer.status for each in storm.writers.values() for answer in each.refused}
    assert said <= {NOBODY, 503}
    waits = {
        answer.retry_after
        for each in storm.writers.values()
        for answer in each.refused
        if answer.status == 503
    }
    assert None not in waits


def test_a_receiver_of_webhooks_hears_of_each_case_under_one_name(storm: Storm) -> None:
    numbers = {number for (number,) in storm.hall.rows("SELECT number FROM case_file")}

    def heard() -> dict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for message in storm.hall.receiver.came:
            found[json.loads(message.body)["data"]["number"]].add(message.id)
        return found

    soon(lambda: set(heard()) >= numbers, "a case was told to nobody", within_s=180)
    assert {number: names for number, names in heard().items() if len(names) > 1} == {}


def test_the_house_is_whole_and_every_file_is_what_was_stored(storm: Storm) -> None:
    assert "everything is whole" in storm.hall.checked()
