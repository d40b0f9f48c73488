"""What the office fills in for the choice of who goes."""

from __future__ import annotations

from typing import Any

from pydantic import Field, create_model

from webapp.base.web import Form
from webapp.cases.weights import BOUNDS, Weights


class _Said(Form):
    """The version that was looked at, and on what the weights are tried."""

    version: int | None = None
    example: str = Field(default="", pattern=r"^((case|grid):[0-9]{1,18})?$")

    def weights(self) -> Weights:
        """The same for the choice."""
        return Weights.of(self)


_FIELDS: dict[str, Any] = {
    name: (float, Field(ge=each.least, le=each.most)) for name, each in BOUNDS.items()
}
WeightsForm = create_model("WeightsForm", __base__=_Said, **_FIELDS)


class TakeBackForm(Form):
    """The usual weights are to count again."""

    version: int | None = None
