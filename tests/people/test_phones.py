"""Phone numbers: one form to keep, and one that gives nothing away."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from flask import Flask
from hypothesis import given, strategies as st

from webapp.base.flow import Unacceptable
from webapp.people import phones

E164 = st.from_regex(r"\A\+(?:86)?[1-9][0-9]{5,13}\Z")


@given(E164)
def test_at_least_four_digits_of_a_number_are_hidden(phone: str) -> None:
    kept = phone.removeprefix("+86") if phone.startswith("+86") else phone.lstrip("+")
    shown = phones.masked(phone)
    head, _stars, tail = shown.partition("****")
    assert len(head) + len(tail) <= max(0, len(kept) - 4)
    assert len(head) <= 3
    assert len(tail) <= 4
    assert kept.startswith(head)
    assert kept.endswith(tail)


@given(E164)
def test_the_mask_does_not_tell_how_long_a_number_is(phone: str) -> None:
    assert re.fullmatch(r"[0-9]{0,3}\*{4}[0-9]{0,4}", phones.masked(phone))


@given(st.text(max_size=40))
def test_whatever_is_masked_is_never_shown_whole(text: str) -> None:
    assert not text or phones.masked(text) != text


def test_a_mobile_number_shows_three_and_four_digits() -> None:
    assert phones.masked("+8613812341234") == "138****1234"


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_number_is_shown_as_nothing(nothing: str | None) -> None:
    assert phones.masked(nothing) == phones.readable(nothing) == ""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13812341234", "+8613812341234"),
        ("138 1234 1234", "+8613812341234"),
        ("+86-138-1234-1234", "+8613812341234"),
        ("0086 138 1234 1234", "+8613812341234"),
        ("0535 6370000", "+865356370000"),
        ("+852 5123 4567", "+85251234567"),
        ("".join(chr(0xFF10 + int(each)) for each in "13812341234"), "+8613812341234"),
    ],
)
def test_a_number_is_kept_in_one_form_however_it_was_written(written: str, kept: str) -> None:
    assert phones.normal(written) == kept


@pytest.mark.parametrize("wrong", ["", "138", "138123412345", "abc", "+999 1", "13812341234;ext=1"])
def test_what_can_be_no_number_is_refused(house: Flask, wrong: str) -> None:
    with house.test_request_context(), pytest.raises(Unacceptable) as refused:
        phones.normal(wrong)
    assert "phone" in refused.value.fields


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with suppress(Unacceptable):
        assert phones.normal(text).startswith("+")
