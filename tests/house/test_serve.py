"""make run and make stop: one house, and one sentence when it cannot be."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import uuid
from pathlib import Path
from urllib.request import urlopen

import pytest

from house import broker, machine, serve
from house.trouble import Trouble
from tests import databases
from tests.brokers import soon
from tests.house.small_house import SmallHouse
from tests.servers import answers


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """What the house said up to and with the line that has the words."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(f"{words!r} was never said:\n{said}")


def get(port: str, path: str) -> str:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_house_from_nothing_to_stopped(bare_house: SmallHouse, free_port: str) -> None:
    house = bare_house.start("run", PORT=free_port)
    said = read_until(house, "make stop")
    assert f"http://127.0.0.1:{free_port}" in said
    assert "网格员  worker  secret-word  /m" in said
    assert get(free_port, "/healthz") == "well"

    instance = bare_house.root / "instance"
    key = instance / "secret-key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_text().strip()) >= 32

    code, words = bare_house.say("run", PORT=free_port)
    assert (code, words) == (
        0,
        f"Wangge is already running at http://127.0.0.1:{free_port} (make stop ends it).\n",
    )

    os.kill(int(get(free_port, "/pid")), signal.SIGKILL)
    read_until(house, "starting again in 1 s")

    code, words = bare_house.say("stop")
    assert (code, words) == (0, "Stopped.\n")
    assert house.wait(timeout=10) == 0
    assert not (instance / "pg/postmaster.pid").exists()
    assert bare_house.say("stop") == (0, "Wangge is not running.\n")
    assert bare_house.say("flask", "demo") == (
        1,
        "Wangge is not running: start it with make run.\n",
    )


def test_the_broker_of_the_house_is_there_starts_again_and_ends_with_it(
    small_house: SmallHouse, free_port: str
) -> None:
    house = small_house.start("run", PORT=free_port)
    read_until(house, "make stop")
    # Nobody named a camera or a receiver of AIS: none is watched or heard.
    logs = {each.stem for each in (small_house.root / "instance/log").glob("*.log")}
    assert {"web", "worker", "intake", "broker"} <= logs
    assert not {"watch", "ais"} & logs
    folder = small_house.root / "instance/mqtt"
    port = broker.port(int(free_port))
    soon(lambda: answers(port), "the broker does not listen")
    number = int((folder / "pid").read_text())
    assert (folder / "passwords").read_text() == ""
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    os.kill(number, signal.SIGKILL)
    read_until(house, "broker | ended; starting again in 1 s")
    soon(lambda: (folder / "pid").read_text() != str(number) + "\n", "no new broker")
    small_house.say("stop")
    assert house.wait(timeout=60) == 0
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_every_process_beside_the_web_server_starts_again_when_it_dies(
    small_house: SmallHouse, free_port: str
) -> None:
    heard = {"CAMERA_HOSTS": "127.0.0.1", "AIS_RECEIVERS": "udp:10110"}
    house = small_house.start("run", PORT=free_port, **heard)
    read_until(house, "make stop")
    instance = small_house.root / "instance"
    for name in ("worker", "intake", "watch", "ais"):
        note = instance / f"{name}.pid"
        number = soon(lambda: note.exists() and note.read_text(), f"no {name}")  # noqa: B023
        os.kill(int(number), signal.SIGKILL)
        read_until(house, f"{name:<6} | ended; starting again in 1 s")
        soon(lambda: note.read_text() not in ("", number), f"no new {name}")  # noqa: B023
    told = instance / "processes.json"
    soon(lambda: json.loads(told.read_text())["processes"]["ais"]["starts"] == 2, "not noted")
    running = json.loads(told.read_text())["processes"]
    assert {name: each["starts"] for name, each in running.items()} == {
        "web": 1,
        "broker": 1,
        "worker": 2,
        "intake": 2,
        "watch": 2,
        "ais": 2,
    }
    assert all(each["alive"] for each in running.values())
    small_house.say("stop")
    assert house.wait(timeout=60) == 0


@pytest.mark.thorough
def test_without_a_broker_the_house_does_without(small_house: SmallHouse, free_port: str) -> None:
    house = small_house.start("run", PORT=free_port, MQTT_URL="off")
    read_until(house, "make stop")
    assert not (small_house.root / "instance/mqtt").exists()
    assert not (small_house.root / "instance/log/intake.log").exists()


@pytest.mark.thorough
def test_the_port_of_the_broker_in_use_is_one_sentence(
    bare_house: SmallHouse, free_port: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        code, said = bare_house.say("run", PORT=free_port, MQTT_PORT=number)
    assert code == 1
    assert said.startswith(f"Port {number} of the MQTT broker is in use by another program")
    assert said.count("\n") == 1


def test_a_missing_broker_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(broker, "program", lambda: None)
    with pytest.raises(Trouble, match="mosquitto is missing: install it, or do without"):
        broker.prepare(tmp_path, 18000)
    assert "mosquitto" in machine.missing("run")
    assert "mosquitto" in machine.missing("test")
    monkeypatch.setenv("MQTT_URL", "mqtts://broker.example")
    assert "mosquitto" not in machine.missing("run")


@pytest.mark.thorough
@pytest.mark.parametrize("deadly", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_every_way_to_end_it_ends_all_of_it(
    small_house: SmallHouse, free_port: str, deadly: signal.Signals
) -> None:
    house = small_house.start("run", PORT=free_port)
    read_until(house, "make stop")
    house.send_signal(deadly)
    assert house.wait(timeout=60) == 0
    assert not (small_house.root / "instance/pg/postmaster.pid").exists()
    with pytest.raises(OSError, match="refused"):
        get(free_port, "/healthz")


def test_a_killed_house_is_followed_by_a_well_one(small_house: SmallHouse, free_port: str) -> None:
    house = small_house.start("run", PORT=free_port)
    read_until(house, "make stop")
    gunicorn = os.pidfd_open(int(get(free_port, "/pid")))
    house.kill()
    house.wait()
    with open(gunicorn):  # noqa: PTH123 - only to close it
        import select

        assert select.select([gunicorn], [], [], 60)[0], "the web server ends with its house"
    house = small_house.start("run", PORT=free_port)
    read_until(house, "make stop")
    assert get(free_port, "/healthz") == "well"


def test_a_port_in_use_is_one_sentence(bare_house: SmallHouse) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        code, said = bare_house.say("run", PORT=str(number))
    assert code == 1
    assert said == (
        f"Port {number} is in use by another program: "
        f"choose another, such as PORT={number + 1} make run.\n"
    )


@pytest.mark.thorough
def test_nobody_takes_the_port_while_the_house_starts(
    small_house: SmallHouse, free_port: str
) -> None:
    house = small_house.start("run", PORT=free_port)
    read_until(house, "schema")
    with pytest.raises(OSError, match="in use"):
        socket.create_server(("127.0.0.1", int(free_port)))
    read_until(house, "make stop")
    assert get(free_port, "/healthz") == "well"


@pytest.mark.parametrize(
    ("port", "sentence"), [("web", "PORT must be a number"), ("70000", "PORT")]
)
def test_a_port_that_is_none_is_one_sentence(
    bare_house: SmallHouse, port: str, sentence: str
) -> None:
    code, said = bare_house.say("run", PORT=port)
    assert code == 1
    assert said.startswith(sentence)
    assert said.count("\n") == 1


def test_a_missing_command_of_the_application_is_one_sentence(
    small_house: SmallHouse, free_port: str
) -> None:
    wsgi = small_house.root / "wsgi.py"
    wsgi.write_text(
        wsgi.read_text().replace('@geodata.command("load")', '@geodata.command("look")')
    )
    code, said = small_house.say("run", PORT=free_port)
    assert code == 1
    assert "Traceback" not in said
    assert "`flask geodata load` failed" in said.splitlines()[-1]
    assert not (small_house.root / "instance/pg/postmaster.pid").exists()


def test_a_web_server_that_cannot_start_is_one_sentence(
    small_house: SmallHouse, free_port: str
) -> None:
    wsgi = small_house.root / "wsgi.py"
    wsgi.write_text(
        wsgi.read_text()
        + "\nif 'gunicorn' in __import__('sys').argv[0]: raise RuntimeError('no paper')\n"
    )
    code, said = small_house.say("run", PORT=free_port)
    assert code == 1
    assert "The web server did not come up" in said.splitlines()[-1]


@pytest.mark.parametrize(
    "plain",
    [
        {"WANGGE_DEMO": "0"},
        pytest.param({"WANGGE_ENV": "production"}, marks=pytest.mark.thorough),
        pytest.param({"SUBDISTRICT": "滨江街道 420102001"}, marks=pytest.mark.thorough),
    ],
)
def test_a_given_server_is_used_and_gets_no_demo_data(
    bare_house: SmallHouse, free_port: str, cluster_url: str, plain: dict[str, str]
) -> None:
    name = f"given_{uuid.uuid4().hex[:10]}"
    url = databases.empty(cluster_url, name).replace("postgresql+psycopg2:", "postgres:")
    house = bare_house.start("run", PORT=free_port, DATABASE_URL=url, **plain)
    said = read_until(house, "make stop")
    assert "secret-word" not in said
    assert "classes | ready" in said, "what demo data would bring of use comes without them"
    assert "bodies  | ready" in said
    assert not (bare_house.root / "instance/pg").exists()
    assert bare_house.say("stop") == (0, "Stopped.\n")
    house.wait(timeout=10)
    databases.drop(cluster_url, name)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "The server of DATABASE_URL cannot be used: "),
        ("sqlite:///x.db", "DATABASE_URL names sqlite, not postgresql."),
        ("not an address", "DATABASE_URL is no address: "),
    ],
)
def test_a_given_server_that_cannot_be_used_is_one_sentence(
    bare_house: SmallHouse, free_port: str, url: str, sentence: str
) -> None:
    code, said = bare_house.say("run", PORT=free_port, DATABASE_URL=url)
    assert code == 1
    assert said.splitlines()[-1].startswith(sentence)
    assert "Traceback" not in said


def test_the_environment_is_told_for_commands_beside_it(bare_house: SmallHouse) -> None:
    code, said = bare_house.say("env", PORT="8123")
    assert code == 0
    told = dict(line.removeprefix("export ").split("=", 1) for line in said.splitlines())
    assert told["PORT"] == "8123"
    assert told["DATABASE_URL"].strip("'").startswith("postgresql+psycopg2://wangge@/wangge?host=")
    assert told["WANGGE_ENV"] == "development"


def test_threads_share_two_arenas_unless_an_operator_wants_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    assert serve.environment()["MALLOC_ARENA_MAX"] == "2"
    assert serve.environment()["PYTHONFAULTHANDLER"] == "1"
    monkeypatch.setenv("MALLOC_ARENA_MAX", "4")
    assert serve.environment()["MALLOC_ARENA_MAX"] == "4"


def test_no_right_to_write_is_one_sentence(bare_house: SmallHouse, free_port: str) -> None:
    (bare_house.root / "file").write_text("")
    code, said = bare_house.say("run", PORT=free_port, INSTANCE="/proc/wangge")
    assert code == 1
    assert "Traceback" not in said
    assert json.dumps("/proc/wangge")[1:-1] in said
