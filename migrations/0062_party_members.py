"""party members

Revision ID: 0062
Revises: 0061
Create Date: 2026-11-26 21:16:00

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

# revision identifiers, used by Alembic.
revision: str = "0062"
down_revision: Union[str, Sequence[str], None] = "0061"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

KINDS = "'building_head', 'party_household', 'partner', 'volunteer'"


def upgrade() -> None:
    """Upgrade schema."""
    op.drop_constraint(op.f("ck_neighbour_role_kind"), "neighbour_role")
    op.create_check_constraint(
        op.f("ck_neighbour_role_kind"),
        "neighbour_role",
        sa.text(f"kind IN ({KINDS}, 'party_member')"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.execute("DELETE FROM neighbour_role WHERE kind = 'party_member'")
    op.drop_constraint(op.f("ck_neighbour_role_kind"), "neighbour_role")
    op.create_check_constraint(
        op.f("ck_neighbour_role_kind"), "neighbour_role", sa.text(f"kind IN ({KINDS})")
    )
