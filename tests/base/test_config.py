"""Settings come from the environment, and a bad one is named before anything starts."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from webapp.base.config import Settings, SettingsError

PRODUCTION = {
    "WANGGE_ENV": "production",
    "DATABASE_URL": "postgresql+psycopg2://wangge@db/wangge",
    "SECRET_KEY": "k" * 32,
}


def test_nothing_given_is_a_developers_first_minute() -> None:
    settings = Settings.from_environment({})
    assert (settings.env, settings.locale, settings.srid) == ("development", "zh_CN", 4549)
    assert not settings.production


def test_what_is_given_is_taken_in_its_kind() -> None:
    settings = Settings.from_environment(
        {"PORT": "9000", "INSTANCE": "/srv/wangge", "SECURE_COOKIES": "yes", "REACH_M": "75"}
    )
    assert (settings.port, settings.instance) == (9000, Path("/srv/wangge"))
    assert (settings.secure_cookies, settings.reach_m) == (True, 75.0)


def test_an_empty_setting_is_not_given() -> None:
    assert Settings.from_environment({"PORT": "", "WANGGE_LOCALE": ""}) == Settings()


@pytest.mark.parametrize(
    "variable, value",
    [
        ("PORT", "http"),
        ("REACH_M", "far"),
        ("SRID", "WGS84"),
        ("WANGGE_ENV", "staging"),
        ("WANGGE_LOCALE", "fr"),
        ("LIVE_STREAMS", "many"),
        ("SUBDISTRICT", "滨江街道"),
        ("SUBDISTRICT", "420102001"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({variable: value})


def test_production_starts_with_its_own_server_and_a_long_key() -> None:
    assert Settings.from_environment(PRODUCTION).production


@pytest.mark.parametrize("variable", ["DATABASE_URL", "SECRET_KEY"])
def test_production_refuses_to_start_without(variable: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment({**PRODUCTION, variable: ""})


def test_production_refuses_a_short_key() -> None:
    with pytest.raises(SettingsError, match="32"):
        Settings.from_environment({**PRODUCTION, "SECRET_KEY": "short"})


def test_settings_do_not_change_while_the_house_runs() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_each_variable_is_one_setting_in_words() -> None:
    variables = [each.metadata["variable"] for each in fields(Settings)]
    assert len(variables) == len(set(variables))
    assert all(len(each.metadata["words"]) > 10 for each in fields(Settings))


def test_how_many_grids_of_each_kind_are_asked_for() -> None:
    assert Settings().expected_counts == {
        "community": 39,
        "village": 18,
        "industry": 13,
        "relocated": 27,
    }
    assert Settings(grid_counts="").expected_counts == {}


def test_another_place_has_its_name_and_code_and_other_numbers_of_grids() -> None:
    settings = Settings.from_environment({"SUBDISTRICT": "滨江街道 420102001"})
    assert settings.elsewhere == ("滨江街道", "420102001")
    assert settings.expected_counts == {}
    assert Settings(subdistrict="滨江街道 420102001", grid_counts="village=3").expected_counts == {
        "village": 3
    }
    assert Settings().elsewhere is None
