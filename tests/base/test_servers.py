"""Which server is asked, from the addresses an operator writes."""

from __future__ import annotations

from sqlalchemy import make_url

from webapp.base import pooling, servers
from webapp.base.config import Settings

ONE = "postgresql+psycopg2://wangge@/wangge?connect_timeout=2&host=/run/db&port=5432"
TWO = "postgresql+psycopg2://wangge:a%2Fb@/wangge?host=10.0.0.5,10.0.0.6&port=5432,5433"
POOLER = "postgresql+psycopg2://wangge@127.0.0.1:6432/wangge?connect_timeout=2"


def test_one_server_is_asked_for_everything_as_it_was_named() -> None:
    settings = Settings(database_url=ONE)
    assert not servers.has_standby(settings)
    assert servers.writing(settings) == ONE
    assert servers.itself(settings) == servers.plain(ONE)


def test_of_several_the_one_that_takes_changes_is_written_to_and_a_standby_may_lag() -> None:
    settings = Settings(database_url=TWO)
    assert servers.has_standby(settings)
    for address, wanted in (
        (servers.writing(settings), "primary"),
        (servers.itself(settings), "primary"),
        (servers.following(settings), "prefer-standby"),
    ):
        url = make_url(address)
        assert url.query["target_session_attrs"] == wanted
        assert (url.query["host"], url.query["port"]) == ("10.0.0.5,10.0.0.6", "5432,5433")
        assert url.password == "a/b"


def test_nobody_waits_long_for_a_server_that_lets_nobody_in() -> None:
    for address in (TWO, ONE.replace("connect_timeout=2&", "")):
        asked = make_url(servers.writing(Settings(database_url=address)))
        assert asked.query["connect_timeout"] == str(servers.PATIENCE_S)
    assert pooling.ANSWER_S < servers.PATIENCE_S


def test_behind_a_pooler_the_servers_themselves_are_known() -> None:
    settings = Settings(database_url=POOLER, direct_database_url=TWO)
    assert servers.has_standby(settings)
    assert servers.writing(settings) == POOLER
    assert make_url(servers.itself(settings)).query["target_session_attrs"] == "primary"
