"""What is asked of feeds."""

from __future__ import annotations

from pydantic import Field

from webapp.base.datum import Datum
from webapp.base.web import Form


class NearForm(Form):
    """A point in a datum, and how far around it (metres)."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    datum: Datum = Datum.WGS84
    radius: int = Field(default=500, ge=50, le=5000)
