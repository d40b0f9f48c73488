"""What is kept of a request that came in by Open311 beside its case."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, func, text
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.base.db import Base
from webapp.cases.models import Case


class Open311Request(Base):
    """A case that came in by Open311. Its token was handed out in the place of a number if `batch`."""

    __tablename__ = "open311_request"

    case_id: Mapped[int] = mapped_column(
        ForeignKey("case_file.id"), primary_key=True, autoincrement=False
    )
    token: Mapped[uuid.UUID] = mapped_column(
        UUID(), unique=True, server_default=text("gen_random_uuid()")
    )
    # As the class was when it came in.
    batch: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    case: Mapped[Case] = relationship()
