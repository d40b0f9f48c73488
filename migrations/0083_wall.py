"""private addresses of big screens

Revision ID: 0083
Revises: 0082
Create Date: 2026-11-27 02:10:00.000000

"""

from typing import Sequence, Union

from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0083"
down_revision: Union[str, Sequence[str], None] = "0082"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    _kinds("'calendar', 'area', 'wall'")


def downgrade() -> None:
    """Downgrade schema."""
    op.execute("DELETE FROM subscription WHERE kind = 'wall'")
    _kinds("'calendar', 'area'")


def _kinds(kinds: str) -> None:
    op.drop_constraint(op.f("ck_subscription_kind"), "subscription", type_="check")
    op.create_check_constraint(op.f("ck_subscription_kind"), "subscription", f"kind IN ({kinds})")
