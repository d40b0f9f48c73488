"""roles

Revision ID: 0061
Revises: 0060
Create Date: 2026-11-26 20:50:43.333510

"""

from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from webapp.community.roles import property_models

# revision identifiers, used by Alembic.
revision: str = "0061"
down_revision: Union[str, Sequence[str], None] = "0060"
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.create_table(
        "property_company",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_company")),
        sa.UniqueConstraint("name", name=op.f("uq_property_company_name")),
    )
    op.create_table(
        "community_model",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_community_model_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_model")),
        sa.UniqueConstraint("unit_id", name=op.f("uq_community_model_unit_id")),
    )
    op.create_table(
        "property_result",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("score", sa.Numeric(precision=4, scale=1, asdecimal=False), nullable=False),
        sa.Column("residents", sa.SmallInteger(), nullable=False),
        sa.Column("communities", sa.SmallInteger(), nullable=False),
        sa.Column("means", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_property_result_score")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["property_company.id"], name=op.f("fk_property_result_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_result")),
        sa.UniqueConstraint(
            "company_id", "quarter", name=op.f("uq_property_result_company_id_quarter")
        ),
    )
    op.create_index(
        "ix_property_result_quarter", "property_result", ["quarter", "score"], unique=False
    )
    op.create_table(
        "neighbour_role",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("building_id"), "="),
            (sa.text("daterange(since, until)"), "&&"),
            where=sa.text("kind = 'building_head'"),
            using="gist",
            name="ex_neighbour_role_head",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("kind"), "="),
            (sa.column("grid_id"), "="),
            (sa.text("coalesce(building_id, 0)"), "="),
            (sa.column("name"), "="),
            (sa.text("daterange(since, until)"), "&&"),
            using="gist",
            name="ex_neighbour_role_twice",
        ),
        sa.CheckConstraint(
            "kind IN ('building_head', 'party_household', 'partner', 'volunteer')",
            name=op.f("ck_neighbour_role_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('building_head', 'party_household') OR building_id IS NOT NULL",
            name=op.f("ck_neighbour_role_building"),
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_neighbour_role_term")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_neighbour_role_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_neighbour_role_building_id")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_neighbour_role_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_neighbour_role")),
    )
    op.create_index("ix_neighbour_role_account_id", "neighbour_role", ["account_id"], unique=False)
    op.create_index(
        "ix_neighbour_role_grid_id", "neighbour_role", ["grid_id", "kind"], unique=False
    )
    op.create_table(
        "property_term",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("building_id"), "="),
            (sa.text("daterange(since, until)"), "&&"),
            using="gist",
            name="ex_property_term_building",
        ),
        sa.CheckConstraint("until > since", name=op.f("ck_property_term_term")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_property_term_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["property_company.id"], name=op.f("fk_property_term_company_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_term")),
    )
    op.create_index("ix_property_term_company_id", "property_term", ["company_id"], unique=False)
    op.create_table(
        "property_rating",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("quarter", sa.Date(), nullable=False),
        sa.Column("rated_by", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("scores", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(rated_by = 'community') = (unit_id IS NOT NULL)", name=op.f("ck_property_rating_unit")
        ),
        sa.CheckConstraint(
            "rated_by IN ('residents', 'community')", name=op.f("ck_property_rating_rated_by")
        ),
        sa.CheckConstraint(
            "extract(day FROM quarter) = 1", name=op.f("ck_property_rating_quarter")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_property_rating_account_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["property_company.id"], name=op.f("fk_property_rating_company_id")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_property_rating_resident_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_property_rating_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_property_rating")),
        sa.UniqueConstraint(
            "company_id",
            "quarter",
            "account_id",
            name=op.f("uq_property_rating_company_id_quarter_account_id"),
        ),
        sa.UniqueConstraint(
            "company_id",
            "quarter",
            "resident_id",
            name=op.f("uq_property_rating_company_id_quarter_resident_id"),
        ),
        sa.UniqueConstraint(
            "company_id",
            "quarter",
            "unit_id",
            name=op.f("uq_property_rating_company_id_quarter_unit_id"),
        ),
    )
    op.create_index(
        "ix_property_rating_account_id", "property_rating", ["account_id"], unique=False
    )
    op.create_index(
        "ix_property_rating_resident_id", "property_rating", ["resident_id"], unique=False
    )
    for each in (*property_models.FUNCTIONS, *property_models.TRIGGERS):
        op.execute(each)


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("ix_property_rating_resident_id", table_name="property_rating")
    op.drop_index("ix_property_rating_account_id", table_name="property_rating")
    op.drop_table("property_rating")
    op.drop_index("ix_property_term_company_id", table_name="property_term")
    op.drop_table("property_term")
    op.drop_index("ix_neighbour_role_grid_id", table_name="neighbour_role")
    op.drop_index("ix_neighbour_role_account_id", table_name="neighbour_role")
    op.drop_table("neighbour_role")
    op.drop_index("ix_property_result_quarter", table_name="property_result")
    op.drop_table("property_result")
    op.drop_table("community_model")
    op.drop_table("property_company")
    op.execute("DROP FUNCTION property_rating_open()")
