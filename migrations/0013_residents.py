"""residents

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-26 00:04:15.671081

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql
from webapp.base.spatial import SRID

# revision identifiers, used by Alembic.
revision: str = "0013"
down_revision: Union[str, Sequence[str], None] = "0012"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None

PUBLIC = "private = false AND state IN ('accepted', 'archived', 'checked', 'checking', 'closed', 'dispatched', 'extension_requested', 'external', 'feedback', 'filed', 'hold_requested', 'on_hold', 'processing', 'return_requested', 'waiting')"

# Groups of classes that only staff report and read.
PRIVATE = "code ~ '^(26|27|31)'"


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_number", sa.Text(), nullable=False),
        sa.Column(
            "at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("class_prefix", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("contacts", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("links", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("kind", "case_number", name=op.f("uq_erasure_kind_case_number")),
    )
    op.create_table(
        "erasure_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("class_prefix", sa.Text(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "changed_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "class_prefix ~ '^[0-9]{0,5}$'", name=op.f("ck_erasure_rule_class_prefix")
        ),
        sa.CheckConstraint("months BETWEEN 1 AND 240", name=op.f("ck_erasure_rule_months")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_erasure_rule_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure_rule")),
        sa.UniqueConstraint("class_prefix", name=op.f("uq_erasure_rule_class_prefix")),
    )
    op.create_table(
        "follow",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                srid=SRID,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column("radius_m", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("class_prefix", sa.Text(), nullable=True),
        sa.Column("every", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("confirmed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "CASE kind WHEN 'grid' THEN grid_id IS NOT NULL AND geom IS NULL WHEN 'spot' THEN geom IS NOT NULL AND radius_m > 0 ELSE geom IS NOT NULL AND radius_m IS NULL END",
            name=op.f("ck_follow_where"),
        ),
        sa.CheckConstraint("class_prefix ~ '^[0-9]{2,5}$'", name=op.f("ck_follow_class_prefix")),
        sa.CheckConstraint("every IN ('once', 'daily')", name=op.f("ck_follow_every")),
        sa.CheckConstraint("kind IN ('spot', 'grid', 'area')", name=op.f("ck_follow_kind")),
        sa.CheckConstraint(
            "num_nonnulls(account_id, phone) = 1 OR ended_at IS NOT NULL",
            name=op.f("ck_follow_who"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_follow_account_id")),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_follow_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint("token", name=op.f("uq_follow_token")),
    )
    op.create_index("idx_follow_geom", "follow", ["geom"], unique=False, postgresql_using="gist")
    op.create_index(
        "ix_follow_account_id",
        "follow",
        ["account_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "ix_follow_phone",
        "follow",
        ["phone"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "followed_event",
        sa.Column("follow_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("told_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_followed_event_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["follow_id"],
            ["follow.id"],
            name=op.f("fk_followed_event_follow_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("follow_id", "event_id", name=op.f("pk_followed_event")),
    )
    op.create_index(
        "ix_followed_event_waiting",
        "followed_event",
        ["follow_id"],
        unique=False,
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.create_table(
        "case_answer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("erased_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_answer_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_answer")),
    )
    op.create_index(op.f("ix_case_answer_case_id"), "case_answer", ["case_id"], unique=False)
    op.create_table(
        "case_rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("solved", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("reopened", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name=op.f("ck_case_rating_level")),
        sa.ForeignKeyConstraint(["case_id"], ["case_file.id"], name=op.f("fk_case_rating_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_rating")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_rating_case_id")),
    )
    op.create_table(
        "released_words",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_released_words_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_released_words_case_id")
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_released_words")),
    )
    op.create_table(
        "released_media",
        sa.Column("media_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            postgresql.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_released_media_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_file.id"], name=op.f("fk_released_media_case_id")
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["case_media.id"], name=op.f("fk_released_media_media_id")
        ),
        sa.PrimaryKeyConstraint("media_id", name=op.f("pk_released_media")),
    )
    op.create_index(op.f("ix_released_media_case_id"), "released_media", ["case_id"], unique=False)
    op.create_index(
        "ix_case_file_public", "case_file", ["id"], unique=False, postgresql_where=sa.text(PUBLIC)
    )
    op.execute(f"UPDATE case_class SET public = false WHERE {PRIVATE}")


def downgrade() -> None:
    """Downgrade schema."""
    op.execute(f"UPDATE case_class SET public = true WHERE {PRIVATE}")
    op.drop_index("ix_case_file_public", table_name="case_file")
    op.drop_index(op.f("ix_released_media_case_id"), table_name="released_media")
    op.drop_table("released_media")
    op.drop_table("released_words")
    op.drop_table("case_rating")
    op.drop_index(op.f("ix_case_answer_case_id"), table_name="case_answer")
    op.drop_table("case_answer")
    op.drop_index(
        "ix_followed_event_waiting",
        table_name="followed_event",
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.drop_table("followed_event")
    op.drop_index(
        "ix_follow_phone", table_name="follow", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index(
        "ix_follow_account_id", table_name="follow", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_index("idx_follow_geom", table_name="follow")
    op.drop_table("follow")
    op.drop_table("erasure_rule")
    op.drop_table("erasure")
