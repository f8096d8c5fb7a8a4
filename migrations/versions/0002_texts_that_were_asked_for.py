"""texts that were asked for: a list from the web, a question after two weeks

Revision: 0002, after: 0001, made: 2026-11-22 08:54:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("episode", sa.String(length=64), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_in", sa.String(length=64), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("conversation", "episode", name=op.f("uq_follow_up_conversation_episode")),
    )
    op.create_table(
        "asked_text",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asked_text")),
        sa.UniqueConstraint("message_id", name=op.f("uq_asked_text_message_id")),
    )
    with op.batch_alter_table("asked_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_text_conversation"), ["conversation"], unique=False)
        batch_op.create_index(batch_op.f("ix_asked_text_state_asked_at"), ["state", "asked_at"], unique=False)
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_reference"), ["reference"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_sent_in"), ["sent_in"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_state_due_at"), ["state", "due_at"], unique=False)


def downgrade() -> None:
    op.drop_table("asked_text")
    op.drop_table("follow_up")
