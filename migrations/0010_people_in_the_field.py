"""people in the field

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-26 00:01:58.760212

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0010"
down_revision: Union[str, Sequence[str], None] = "0009"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

# Before offers had a limit, whoever was sent counted as having the case: of several that wait for one
# person the newest stays an offer, the others count as taken on.
TAKEN_ON = """
    UPDATE assignment x SET taken_at = x.sent_at
    WHERE x.duty = 'handle' AND x.taken_at IS NULL AND x.ended_at IS NULL AND EXISTS (
        SELECT FROM assignment y
        WHERE y.account_id = x.account_id AND y.duty = 'handle'
          AND y.taken_at IS NULL AND y.ended_at IS NULL AND y.id > x.id)
"""


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "class_wish",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("class_prefix", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("people", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "class_prefix ~ '^[0-9]{1,5}$'", name=op.f("ck_class_wish_class_prefix")
        ),
        sa.CheckConstraint(
            "skill IN ('protected', 'electric', 'fire', 'confined', 'chemical', 'lift', 'shore', 'first_aid')",
            name=op.f("ck_class_wish_skill"),
        ),
        sa.CheckConstraint("people BETWEEN 1 AND 9", name=op.f("ck_class_wish_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_wish")),
    )
    op.create_index("uq_class_wish", "class_wish", ["class_prefix", "skill"], unique=True)
    op.create_table(
        "account_skill",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.column("skill"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_account_skill_valid",
        ),
        sa.CheckConstraint(
            "skill IN ('protected', 'electric', 'fire', 'confined', 'chemical', 'lift', 'shore', 'first_aid')",
            name=op.f("ck_account_skill_skill"),
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_account_skill_valid")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_skill_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_skill")),
    )
    op.create_table(
        "shift",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("span", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("created_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.column("account_id"), "="),
            (sa.column("span"), "&&"),
            using="gist",
            name="ex_shift_span",
        ),
        sa.CheckConstraint(
            "NOT isempty(span) AND num_nonnulls(lower(span), upper(span)) = 2",
            name=op.f("ck_shift_span"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_shift_account_id")),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["account.id"], name=op.f("fk_shift_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index("ix_shift_span", "shift", ["span"], unique=False, postgresql_using="gist")
    op.create_geospatial_table(
        "worker_position",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("accuracy_m", sa.Float(precision=53), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_worker_position_account_id")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_worker_position")),
    )
    op.create_index(op.f("ix_worker_position_at"), "worker_position", ["at"], unique=False)
    op.add_column(
        "assignment", sa.Column("answer_by", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    op.create_index(
        "ix_assignment_answer_by",
        "assignment",
        ["answer_by"],
        unique=False,
        postgresql_where=sa.text("taken_at IS NULL AND ended_at IS NULL"),
    )
    op.execute(TAKEN_ON)
    op.create_index(
        "uq_assignment_offer",
        "assignment",
        ["account_id"],
        unique=True,
        postgresql_where=sa.text("duty = 'handle' AND taken_at IS NULL AND ended_at IS NULL"),
    )


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index(
        "uq_assignment_offer",
        table_name="assignment",
        postgresql_where=sa.text("duty = 'handle' AND taken_at IS NULL AND ended_at IS NULL"),
    )
    op.drop_index(
        "ix_assignment_answer_by",
        table_name="assignment",
        postgresql_where=sa.text("taken_at IS NULL AND ended_at IS NULL"),
    )
    op.drop_column("assignment", "answer_by")
    op.drop_index(op.f("ix_worker_position_at"), table_name="worker_position")
    op.drop_geospatial_table("worker_position")
    op.drop_index("ix_shift_span", table_name="shift", postgresql_using="gist")
    op.drop_table("shift")
    op.drop_table("account_skill")
    op.drop_index("uq_class_wish", table_name="class_wish")
    op.drop_table("class_wish")
