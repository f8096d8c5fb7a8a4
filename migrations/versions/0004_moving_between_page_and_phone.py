"""moving between the web page and text messages

Revision: 0004, after: 0003, made: 2026-11-22 12:30:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "move_code",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("goes_to", sa.String(length=10), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("handle_digest", sa.String(length=64), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(length=64), nullable=True),
        sa.Column("outbox_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_move_code_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_code")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_move_code_code_digest")),
    )
    op.create_table(
        "move_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_move_try")),
    )
    op.create_table(
        "left_door",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_left_door")),
    )
    with op.batch_alter_table("move_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_move_code_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_move_code_handle_digest"), ["handle_digest"], unique=False)
        batch_op.create_index(batch_op.f("ix_move_code_made_at"), ["made_at"], unique=False)
    with op.batch_alter_table("move_try", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_move_try_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_move_try_who_at"), ["who", "at"], unique=False)
    with op.batch_alter_table("left_door", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_left_door_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_left_door_conversation_id"), ["conversation_id"], unique=False)
    # Not as a batch: adding a column with a constant default needs no new table, and keeps what points to this one.
    op.add_column("conversation", sa.Column("shown_after", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_column("shown_after")
    op.drop_table("left_door")
    op.drop_table("move_try")
    op.drop_table("move_code")
