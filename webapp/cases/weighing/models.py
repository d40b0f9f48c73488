"""The table of the weights by which somebody is looked for."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Float, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.base.db import Base
from webapp.cases.weights import BOUNDS


class DispatchWeights(Base):
    """What counts how much, as it was laid down; one row, or none yet."""

    __tablename__ = "dispatch_weights"
    __table_args__ = (
        CheckConstraint("id = 1", name="only"),
        CheckConstraint("emergency_minute >= urgent_minute", name="haste"),
        *(
            CheckConstraint(f"{name} BETWEEN {each.least:g} AND {each.most:g}", name=name)
            for name, each in BOUNDS.items()
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    own_within: Mapped[float] = mapped_column(Float(53))
    a_duty: Mapped[float] = mapped_column(Float(53))
    under_way: Mapped[float] = mapped_column(Float(53))
    unanswered: Mapped[float] = mapped_column(Float(53))
    skill_missing: Mapped[float] = mapped_column(Float(53))
    old_position: Mapped[float] = mapped_column(Float(53))
    elsewhere: Mapped[float] = mapped_column(Float(53))
    urgent_takes: Mapped[float] = mapped_column(Float(53))
    soonest_free: Mapped[float] = mapped_column(Float(53))
    gain: Mapped[float] = mapped_column(Float(53))
    longest_wait: Mapped[float] = mapped_column(Float(53))
    urgent_minute: Mapped[float] = mapped_column(Float(53))
    emergency_minute: Mapped[float] = mapped_column(Float(53))
    version: Mapped[int] = mapped_column(server_default=text("0"))
