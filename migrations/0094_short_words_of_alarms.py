"""short words of alarms

Revision ID: 0094
Revises: 0093
Create Date: 2026-11-27 16:00:00.000000

"""

from typing import Sequence, Union

from alembic import op

# revision identifiers, used by Alembic.
revision: str = "0094"
down_revision: Union[str, Sequence[str], None] = "0093"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

TOLD = " || chr(10) || ".join(
    f"coalesce({name}, '')" for name in ("words", "device", "device_name", "source", "rule")
)
PIECES = """
    CREATE OR REPLACE FUNCTION pieces_of(said text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
        SELECT l.letters || (SELECT array_agg(p.one || p.other)
                             FROM unnest(l.letters, l.letters[2:]) p(one, other)
                             WHERE p.other IS NOT NULL)
        FROM (SELECT string_to_array(lower(said), NULL) AS letters) l
    $$
"""


def upgrade() -> None:
    """Upgrade schema."""
    op.execute(PIECES)
    op.execute(f"CREATE INDEX ix_alarm_pieces ON alarm USING gin (pieces_of({TOLD}))")


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_alarm_pieces", table_name="alarm")
    op.execute("DROP FUNCTION pieces_of(text)")
