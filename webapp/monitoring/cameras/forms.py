"""What is said about a camera, in a form, in a row of a list, or in a catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import Field, model_validator

from webapp.base.datum import Datum
from webapp.base.web import Form
from webapp.monitoring.cameras.rules import (
    LONGEST_ADDRESS,
    USUAL_WIDTH_PX,
    Branch,
    CameraKind,
    CameraStatus,
    Privacy,
    Retention,
)

Number = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True)
class Described:
    """What is said about a camera. Without `lon` and `lat` its place stays; without addresses, these."""

    name: str
    kind: CameraKind
    privacy: Privacy = Privacy.PUBLIC
    retention: Retention | None = None
    gb_id: str | None = None
    lon: float | None = None
    lat: float | None = None
    datum: Datum = Datum.WGS84
    mount_height_m: float | None = None
    bearing: float | None = None
    bearing_doubt: float = 0
    tilt: float | None = None
    fov: float | None = None
    range_m: float | None = None
    near_m: float = 0
    width_px: int = USUAL_WIDTH_PX
    owner: str | None = None
    stream: str | None = None
    snapshot: str | None = None
    webrtc: str | None = None
    no_addresses: bool = False
    provenance: str | None = None


class CameraForm(Form):
    """The fields of a camera. `code` is what its source calls it."""

    code: str = Field(min_length=1, max_length=60)
    name: str = Field(min_length=1, max_length=120)
    kind: CameraKind
    privacy: Privacy = Privacy.PUBLIC
    retention: Retention | None = None
    gb_id: str | None = Field(default=None, pattern=r"^[0-9]{20}$")
    lon: Number | None = Field(default=None, ge=-180, le=180)
    lat: Number | None = Field(default=None, ge=-90, le=90)
    datum: Datum = Datum.WGS84
    mount_height_m: Number | None = Field(default=None, ge=0, le=500)
    bearing: Number | None = Field(default=None, ge=0, le=360)
    bearing_doubt: Number = Field(default=0, ge=0, le=180)
    tilt: Number | None = Field(default=None, ge=-90, le=90)
    fov: Number | None = Field(default=None, ge=1, le=360)
    range_m: Number | None = Field(default=None, ge=1, le=20_000)
    near_m: Number = Field(default=0, ge=0, le=20_000)
    width_px: int = Field(default=USUAL_WIDTH_PX, ge=160, le=20_000)
    owner: str | None = Field(default=None, max_length=120)
    stream: str | None = Field(default=None, max_length=LONGEST_ADDRESS)
    snapshot: str | None = Field(default=None, max_length=LONGEST_ADDRESS)
    webrtc: str | None = Field(default=None, max_length=LONGEST_ADDRESS)
    no_addresses: bool = False
    version: int | None = None

    @model_validator(mode="after")
    def _north_is_zero(self) -> Self:
        if self.bearing == 360:
            self.bearing = 0.0
        return self

    def described(self) -> Described:
        """The same for the actions."""
        return Described(**self.model_dump(exclude={"code", "version", "status"}))


class RowForm(CameraForm):
    """A camera of a list or a catalogue, which may say whether it answers."""

    status: CameraStatus | None = None


class ListForm(Form):
    """How the list of cameras is narrowed."""

    q: str = Field(default="", max_length=100)
    kind: str | None = None
    status: str | None = None
    grid: str | None = None
    owner: str | None = None
    after: int | None = None


class TreeForm(Form):
    """By what the cameras are gathered."""

    by: str | None = None

    @property
    def branch(self) -> Branch:
        """What it is; the owner where the address names none that we have."""
        return Branch(self.by) if self.by in list(Branch) else Branch.OWNER
