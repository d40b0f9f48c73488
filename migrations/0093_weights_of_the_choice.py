"""weights of the choice of who goes

Revision ID: 0093
Revises: 0092
Create Date: 2026-11-27 15:50:00.000000

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0093"
down_revision: Union[str, Sequence[str], None] = "0092"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

BOUNDS = {
    "own_within": (0, 30),
    "a_duty": (0, 20),
    "under_way": (0, 240),
    "unanswered": (0, 240),
    "skill_missing": (10, 600),
    "old_position": (0, 60),
    "elsewhere": (0, 120),
    "urgent_takes": (1, 240),
    "soonest_free": (0, 60),
    "gain": (0, 60),
    "longest_wait": (0, 1440),
    "urgent_minute": (1, 5),
    "emergency_minute": (1, 10),
}


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "dispatch_weights",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Float(53), nullable=False) for name in BOUNDS),
        sa.Column("version", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_dispatch_weights_only")),
        sa.CheckConstraint(
            "emergency_minute >= urgent_minute", name=op.f("ck_dispatch_weights_haste")
        ),
        *(
            sa.CheckConstraint(
                f"{name} BETWEEN {least} AND {most}", name=op.f(f"ck_dispatch_weights_{name}")
            )
            for name, (least, most) in BOUNDS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatch_weights")),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_table("dispatch_weights")
