"""texts of staff

Revision: 0005, after: 0004, made: 2026-11-22 12:38:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(length=64), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["referral_id"], ["referral.id"], name=op.f("fk_staff_text_referral_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_text")),
        sa.UniqueConstraint("form_id", name=op.f("uq_staff_text_form_id")),
    )
    with op.batch_alter_table("staff_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_text_referral_id"), ["referral_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_text_state_send_at"), ["state", "send_at"], unique=False)


def downgrade() -> None:
    op.drop_table("staff_text")
