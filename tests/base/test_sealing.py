"""What is sealed is read by this house only, and keys may follow one another."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Column

from webapp.base import sealing
from webapp.base.config import Settings, SettingsError

OLD, NEW = "an old secret of 32 characters....", "a new secret of 32 characters...."


def _house(**settings: str) -> Flask:
    app = Flask(__name__)
    sealing.init_app(app, Settings(**settings))  # type: ignore[arg-type]  # texts only
    return app


def test_what_was_sealed_reads_as_before_and_looks_like_nothing() -> None:
    with _house(sealing_keys=OLD).app_context():
        sealed = sealing.seal(b"370672198001010019")
        assert b"370672" not in sealed
        assert sealing.unseal(sealed) == b"370672198001010019"
        assert sealing.seal(b"same") != sealing.seal(b"same")


def test_a_new_key_reads_what_the_old_one_sealed_until_it_is_sealed_anew() -> None:
    with _house(sealing_keys=OLD).app_context():
        sealed = sealing.seal(b"value")
    with _house(sealing_keys=f"{NEW},{OLD}").app_context():
        assert sealing.unseal(sealed) == b"value"
        anew = sealing.sealed_anew(sealed)
    with _house(sealing_keys=NEW).app_context():
        assert sealing.unseal(anew) == b"value"
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(sealed)


def test_a_changed_value_is_not_read() -> None:
    with _house(secret_key=OLD).app_context():
        sealed = sealing.seal(b"value")
        for broken in (sealed[:-1], b"x" + sealed[1:], b""):
            with pytest.raises(sealing.Unreadable):
                sealing.unseal(broken)
            with pytest.raises(sealing.Unreadable):
                sealing.sealed_anew(broken)


def test_what_is_sealed_is_compared_with_no_text() -> None:
    column = Column("phone", sealing.SealedText())
    assert str(column.is_not(None)) == "phone IS NOT NULL"
    for compared in (lambda: column == "+86138", lambda: column.in_(["+86138"])):
        with pytest.raises(TypeError, match="blind index"):
            compared()


def test_production_wants_long_secrets() -> None:
    given = {"WANGGE_ENV": "production", "DATABASE_URL": "postgresql://x", "SECRET_KEY": "k" * 40}
    Settings.from_environment({**given, "SEALING_KEYS": OLD})
    with pytest.raises(SettingsError, match="SEALING_KEYS"):
        Settings.from_environment({**given, "SEALING_KEYS": f"{OLD},short"})
