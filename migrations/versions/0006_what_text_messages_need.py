"""what text messages need

Revision: 0006, after: 0005, made: 2026-11-22 13:04:00
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "finished_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finished_texts")),
    )
    op.create_index(op.f("ix_finished_texts_week"), "finished_texts", ["week"])
    op.create_table(
        "seen_text",
        sa.Column("provider_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_id", name=op.f("pk_seen_text")),
    )
    op.create_index(op.f("ix_seen_text_received_at"), "seen_text", ["received_at"])
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        # Nothing is known of conversations that are under way; what they say next decides.
        batch_op.add_column(sa.Column("careful", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("texting_safe", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("held", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.alter_column("careful", server_default=None)
    op.create_index("ix_outbox_created_at", "outbox", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_outbox_created_at", "outbox")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_column("held")
        batch_op.drop_column("texting_safe")
        batch_op.drop_column("careful")
    op.drop_index(op.f("ix_seen_text_received_at"), "seen_text")
    op.drop_table("seen_text")
    op.drop_index(op.f("ix_finished_texts_week"), "finished_texts")
    op.drop_table("finished_texts")
