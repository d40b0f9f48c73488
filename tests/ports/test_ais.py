"""Lines of receivers of AIS: positions, what is none, what nobody can read; none of it is fatal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from pyais.encode import encode_dict

from tests.ports.nmea import MMSI, in_two, sentences, stamped
from webapp.monitoring.signals import Position
from webapp.ports.sea.ais import Reader

NOW = datetime(2026, 7, 1, 12, 30, 40, tzinfo=UTC)


def read(*lines: bytes, at: datetime | None = NOW) -> tuple[list[Position], int]:
    reader = Reader()
    found = [each for line in lines if (each := reader.read(line, at)) is not None]
    return found, reader.counts.bad


@pytest.mark.parametrize("kind", [1, 18, 19])
def test_class_a_and_b_say_where_a_vessel_is(kind: int) -> None:
    lines = sentences(kind=kind, lon=121.5, lat=37.6, sog=7.3, cog=181.2)
    (found,), bad = read(*lines)
    assert (found.device, found.sog, found.cog, bad) == (MMSI, 7.3, 181.2, 0)
    assert found.lonlat == pytest.approx((121.5, 37.6), abs=1e-5)


def test_parts_of_a_message_may_be_mixed_with_others_and_need_all() -> None:
    first, second = in_two(sentences(kind=19)[0])
    other = sentences(mmsi="412306002")[0]
    found, _bad = read(first, other, second)
    assert [each.device for each in found] == ["412306002", MMSI]
    assert read(second, other)[0][0].device == "412306002"
    assert [each.device for each in read(second, first)[0]] == []


def test_the_moment_is_that_of_the_second_the_vessel_says() -> None:
    (found,), _bad = read(*sentences(second=38))
    assert found.at == NOW - timedelta(seconds=2)
    (found,), _bad = read(*sentences(second=55))
    assert found.at == NOW - timedelta(seconds=45)
    (found,), _bad = read(*sentences(second=60))
    assert found.at == NOW


def test_a_recording_says_its_time_in_a_tag_block_or_before_the_sentence() -> None:
    then = datetime(2026, 6, 1, tzinfo=UTC)
    line = sentences(second=20)[0]
    iso = b"2026-06-01T08:00:00+08:00 " + line
    for each in (stamped(then, line), iso, b"%d\t" % then.timestamp() + line):
        (found,), bad = read(each, at=None)
        assert (found.at, bad) == (then, 0)
    assert read(line, at=None) == ([], 1)
    assert read(b"2026-06-01T08:00:00 " + line, at=None) == ([], 1)


def test_what_is_no_position_is_passed_over_and_what_cannot_be_read_is_counted() -> None:
    nowhere = sentences(lon=181, lat=91)[0]
    voyage = [line.encode() for line in encode_dict({"msg_type": 5, "mmsi": MMSI}, seq_id=1)]
    assert read(nowhere, *voyage, b"", b"\r\n") == ([], 0)
    wrong_sum = sentences()[0][:-1] + b"Z"
    for line in (wrong_sum, b"$GPGGA,1,2", b"hello", b"!AIVDM,1,1,,A,,0*00", b"!" * 5000):
        assert read(line) == ([], 1), line


@given(
    st.lists(st.binary(max_size=90) | st.sampled_from(in_two(sentences(kind=19)[0])), max_size=12)
)
def test_whatever_comes_a_good_line_after_it_is_read(noise: list[bytes]) -> None:
    found, _bad = read(*noise, *sentences(mmsi="412306777"))
    assert found[-1].device == "412306777"


@given(st.binary(max_size=60))
def test_a_damaged_line_is_never_fatal(damage: bytes) -> None:
    good = sentences()[0]
    read(good[: len(damage)] + damage + good[len(damage) :])
