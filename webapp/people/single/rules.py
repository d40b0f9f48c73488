"""Which posts go with which claims: a table that the office writes as JSON, checked when the house starts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from webapp.base.config import Settings, SettingsError, kept_apart
from webapp.people.rules import ROLES

# Whoever keeps people is chosen by people, and a machine has tokens.
BY_HAND = frozenset(("admin", "machine"))


class Newcomers(StrEnum):
    """What becomes of somebody whom the service knows and this house does not."""

    REFUSE = "refuse"
    CREATE = "create"


class Grant(BaseModel):
    """Where a claim has this value, the account holds this role over this grid or unit."""

    model_config = ConfigDict(extra="forbid")

    claim: str = Field(min_length=1)
    value: str | int | bool
    role: str
    grid: str | None = None
    unit: str | None = None

    @model_validator(mode="after")
    def _is_a_post(self) -> Self:
        role = ROLES.get(self.role)
        if role is None or self.role in BY_HAND:
            raise ValueError(f"the role {self.role!r} is not given by claims")
        if role.over_grid != (self.grid is not None) or (role.over_grid and self.unit is not None):
            wanted = "a grid" if role.over_grid else "a unit, or nothing for the whole subdistrict"
            raise ValueError(f"the role {self.role!r} wants {wanted}")
        return self

    def fits(self, claims: Mapping[str, Any]) -> bool:
        """True when the claim (its parts separated by points) is the value, or a list that holds it."""
        said: Any = claims
        for part in self.claim.split("."):
            said = said.get(part) if isinstance(said, Mapping) else None
        among = said if isinstance(said, list) else [said]
        return any(type(each) is type(self.value) and each == self.value for each in among)


class Rules(BaseModel):
    """What the office has laid down for its sign-in service: its name, what it is asked for, newcomers, posts."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    scopes: str = Field(default="openid profile", pattern=r"(^|.* )openid( .*|$)")
    newcomers: Newcomers = Newcomers.REFUSE
    posts: list[Grant] = []


def rules_of(settings: Settings) -> Rules:
    """The rules that the settings name. Raises `SettingsError` with the place that cannot be used."""
    if not settings.oidc_rules:
        return Rules()
    try:
        return Rules.model_validate_json(Path(settings.oidc_rules).read_text(encoding="utf-8"))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"OIDC_RULES: {place or 'the file'}: {first['msg']}.") from error
    except (OSError, ValueError) as error:
        raise SettingsError(f"OIDC_RULES names {settings.oidc_rules}: {error}.") from error


def secret_of(settings: Settings) -> str:
    """The secret of this client: what the setting says, or what stands in the file it names."""
    return kept_apart("OIDC_CLIENT_SECRET", settings.oidc_client_secret)


def in_force() -> Rules | None:
    """The rules of this house; None where there is no single sign-on."""
    found: Rules | None = current_app.extensions.get("single_rules")
    return found
