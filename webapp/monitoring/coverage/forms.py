"""What people ask about coverage."""

from __future__ import annotations

from webapp.base.web import Form
from webapp.monitoring.coverage.rules import Loss


class OrderForm(Form):
    """By which figure the cameras stand in order."""

    by: str | None = None

    @property
    def order(self) -> Loss:
        """The figure; the ground where the address names none that we have."""
        return Loss(self.by) if self.by in list(Loss) else Loss.AREA
