"""the first form of the database

Revision: 0001, after: , made: 2026-11-21 20:07:47.951222
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_source",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("publisher", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("dialect", sa.String(length=40), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("attribution", sa.String(length=500), nullable=False),
        sa.Column("last_complete_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_source")),
        sa.UniqueConstraint("name", name=op.f("uq_catalogue_source_name")),
    )
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )
    op.create_table(
        "conversation",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("session_digest", sa.String(length=64), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("address_digest", sa.String(length=64), nullable=True),
        sa.Column("area", sa.String(length=60), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("texts_stopped", sa.Boolean(), nullable=False),
        sa.Column("apologised", sa.Boolean(), nullable=False),
        sa.Column("welcomed", sa.Boolean(), nullable=False),
        sa.Column("pending_choices", sa.LargeBinary(), nullable=True),
        sa.Column("more_text", sa.LargeBinary(), nullable=True),
        sa.Column("lease_owner", sa.String(length=60), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_turn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("session_digest", name=op.f("uq_conversation_session_digest")),
    )
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_address_digest"), ["address_digest"], unique=False)
        batch_op.create_index(
            "uq_conversation_active_address",
            ["address_digest"],
            unique=True,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )

    op.create_table(
        "delivery_status",
        sa.Column("provider_sid", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.String(length=20), nullable=True),
        sa.Column("error_class", sa.String(length=20), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider_sid", name=op.f("pk_delivery_status")),
    )
    op.create_table(
        "referral",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=16), nullable=False),
        sa.Column("idempotency_key", sa.String(length=128), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("destination", sa.String(length=32), nullable=False),
        sa.Column("team", sa.String(length=120), nullable=False),
        sa.Column("tier", sa.String(length=16), nullable=False),
        sa.Column("reasons", sa.LargeBinary(), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promised", sa.Boolean(), nullable=False),
        sa.Column("promise_text", sa.Text(), nullable=False),
        sa.Column("taken_by", sa.String(length=80), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("packet", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_referral_idempotency_key")),
        sa.UniqueConstraint("reference", name=op.f("uq_referral_reference")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_conversation"), ["conversation"], unique=False)
        batch_op.create_index("ix_referral_state_due_at", ["state", "due_at"], unique=False)

    op.create_table(
        "staff_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_account")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_account_name")),
    )
    op.create_table(
        "staff_login_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("name_digest", sa.String(length=64), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_login_attempt")),
    )
    with op.batch_alter_table("staff_login_attempt", schema=None) as batch_op:
        batch_op.create_index("ix_staff_login_attempt_address_at", ["address_digest", "at"], unique=False)
        batch_op.create_index("ix_staff_login_attempt_name_at", ["name_digest", "at"], unique=False)

    op.create_table(
        "catalogue_organization",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("website", sa.String(length=500), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["catalogue_source.id"], name=op.f("fk_catalogue_organization_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_organization")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_catalogue_organization_source_id_external_id")),
    )
    op.create_table(
        "consent_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_consent_event_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_event")),
    )
    with op.batch_alter_table("consent_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_event_referral_id"), ["referral_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_delivery_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
        sa.UniqueConstraint("referral_id", "kind", name=op.f("uq_delivery_referral_id_kind")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_state_next_at", ["state", "next_at"], unique=False)

    op.create_table(
        "message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("provider_id", sa.String(length=160), nullable=True),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("choice", sa.LargeBinary(), nullable=True),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("turn_id", sa.String(length=32), nullable=True),
        sa.Column("flags", sa.JSON(), nullable=True),
        sa.Column("crisis_sent", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_message_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("channel", "provider_id", name=op.f("uq_message_channel_provider_id")),
        sa.UniqueConstraint("conversation_id", "seq", name=op.f("uq_message_conversation_id_seq")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_state", ["state", "conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_turn_id"), ["turn_id"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("crisis", sa.Boolean(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("provider_sid", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender", sa.String(length=60), nullable=True),
        sa.Column("sender_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_outbox_conversation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("provider_sid", name=op.f("uq_outbox_provider_sid")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index("ix_outbox_due", ["state", "next_at"], unique=False)

    op.create_table(
        "referral_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("referral_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_event_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_event")),
    )
    with op.batch_alter_table("referral_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_event_referral_id"), ["referral_id"], unique=False)

    op.create_table(
        "safety_event",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("flag", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("reply_shown", sa.LargeBinary(), nullable=True),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_safety_event_conversation_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_event")),
    )
    with op.batch_alter_table("safety_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_safety_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_safety_event_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_safety_event_message_id"), ["message_id"], unique=False)

    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["staff_account.id"], name=op.f("fk_staff_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_staff_session_token_sha256")),
    )
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_session_account_id"), ["account_id"], unique=False)

    op.create_table(
        "catalogue_service",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("source_id", sa.String(length=36), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=True),
        sa.Column("maximum_age", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String(length=10), nullable=False),
        sa.Column("eligibility_text", sa.Text(), nullable=False),
        sa.Column("interpretation", sa.Text(), nullable=False),
        sa.Column("referral_route", sa.String(length=20), nullable=False),
        sa.Column("cost", sa.String(length=10), nullable=False),
        sa.Column("opening_hours", sa.String(length=500), nullable=False),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("source_text", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("audience IN ('any', 'adult', 'young')", name=op.f("ck_catalogue_service_audience")),
        sa.CheckConstraint("cost IN ('free', 'paid', 'unknown')", name=op.f("ck_catalogue_service_cost")),
        sa.CheckConstraint(
            "referral_route IN ('self', 'professional', 'both', 'unknown')",
            name=op.f("ck_catalogue_service_referral_route"),
        ),
        sa.CheckConstraint("state IN ('live', 'quarantined', 'withdrawn')", name=op.f("ck_catalogue_service_state")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["catalogue_organization.id"], name=op.f("fk_catalogue_service_organization_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["catalogue_source.id"], name=op.f("fk_catalogue_service_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_service")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_catalogue_service_source_id_external_id")),
    )
    with op.batch_alter_table("catalogue_service", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_service_organization_id"), ["organization_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_service_state_status"), ["state", "status"], unique=False)

    op.create_table(
        "catalogue_cost_option",
        sa.Column("option", sa.String(length=200), nullable=False),
        sa.Column("amount", sa.Numeric(precision=10, scale=2), nullable=True),
        sa.Column("amount_description", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["catalogue_service.id"],
            name=op.f("fk_catalogue_cost_option_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_cost_option")),
    )
    with op.batch_alter_table("catalogue_cost_option", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_cost_option_service_id"), ["service_id"], unique=False)

    op.create_table(
        "catalogue_language",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["catalogue_service.id"], name=op.f("fk_catalogue_language_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_language")),
    )
    with op.batch_alter_table("catalogue_language", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_language_service_id"), ["service_id"], unique=False)

    op.create_table(
        "catalogue_phone",
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["catalogue_service.id"], name=op.f("fk_catalogue_phone_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_phone")),
    )
    with op.batch_alter_table("catalogue_phone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_phone_service_id"), ["service_id"], unique=False)

    op.create_table(
        "catalogue_schedule",
        sa.Column("freq", sa.String(length=10), nullable=False),
        sa.Column("byday", sa.String(length=40), nullable=False),
        sa.Column("opens_at", sa.String(length=5), nullable=False),
        sa.Column("closes_at", sa.String(length=5), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"], ["catalogue_service.id"], name=op.f("fk_catalogue_schedule_service_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_schedule")),
    )
    with op.batch_alter_table("catalogue_schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_schedule_service_id"), ["service_id"], unique=False)

    op.create_table(
        "catalogue_service_area",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["catalogue_service.id"],
            name=op.f("fk_catalogue_service_area_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_service_area")),
    )
    with op.batch_alter_table("catalogue_service_area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_service_area_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_service_area_service_id"), ["service_id"], unique=False)

    op.create_table(
        "catalogue_service_need",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("service_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["catalogue_service.id"],
            name=op.f("fk_catalogue_service_need_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_service_need")),
        sa.UniqueConstraint(
            "service_id", "code", "method", name=op.f("uq_catalogue_service_need_service_id_code_method")
        ),
    )
    with op.batch_alter_table("catalogue_service_need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_catalogue_service_need_code"), ["code"], unique=False)
        batch_op.create_index(batch_op.f("ix_catalogue_service_need_service_id"), ["service_id"], unique=False)

    # The bot's own table (bot/tracker_store.py); there already when Rasa's shell was used before the first start.
    if not sa.inspect(op.get_bind()).has_table("tracker_turn"):
        op.create_table(
            "tracker_turn",
            sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
            sa.Column("conversation", sa.String(64), nullable=False),
            sa.Column("message_id", sa.String(64)),
            sa.Column("events", sa.LargeBinary(), nullable=False),
            sa.Column("saved_at", sa.Float(), nullable=False),
            sa.UniqueConstraint("conversation", "message_id", name="uq_tracker_turn_conversation"),
        )
        op.create_index("ix_tracker_turn_conversation", "tracker_turn", ["conversation", "id"])


def downgrade() -> None:
    op.drop_table("tracker_turn")
    with op.batch_alter_table("catalogue_service_need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_service_need_service_id"))
        batch_op.drop_index(batch_op.f("ix_catalogue_service_need_code"))

    op.drop_table("catalogue_service_need")
    with op.batch_alter_table("catalogue_service_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_service_area_service_id"))
        batch_op.drop_index(batch_op.f("ix_catalogue_service_area_name"))

    op.drop_table("catalogue_service_area")
    with op.batch_alter_table("catalogue_schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_schedule_service_id"))

    op.drop_table("catalogue_schedule")
    with op.batch_alter_table("catalogue_phone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_phone_service_id"))

    op.drop_table("catalogue_phone")
    with op.batch_alter_table("catalogue_language", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_language_service_id"))

    op.drop_table("catalogue_language")
    with op.batch_alter_table("catalogue_cost_option", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_cost_option_service_id"))

    op.drop_table("catalogue_cost_option")
    with op.batch_alter_table("catalogue_service", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_catalogue_service_state_status"))
        batch_op.drop_index(batch_op.f("ix_catalogue_service_organization_id"))

    op.drop_table("catalogue_service")
    with op.batch_alter_table("staff_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_session_account_id"))

    op.drop_table("staff_session")
    with op.batch_alter_table("safety_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_safety_event_message_id"))
        batch_op.drop_index(batch_op.f("ix_safety_event_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_safety_event_at"))

    op.drop_table("safety_event")
    with op.batch_alter_table("referral_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_event_referral_id"))

    op.drop_table("referral_event")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_due")
        batch_op.drop_index(batch_op.f("ix_outbox_conversation_id"))

    op.drop_table("outbox")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_turn_id"))
        batch_op.drop_index("ix_message_state")

    op.drop_table("message")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_state_next_at")

    op.drop_table("delivery")
    with op.batch_alter_table("consent_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_event_referral_id"))

    op.drop_table("consent_event")
    op.drop_table("catalogue_organization")
    with op.batch_alter_table("staff_login_attempt", schema=None) as batch_op:
        batch_op.drop_index("ix_staff_login_attempt_name_at")
        batch_op.drop_index("ix_staff_login_attempt_address_at")

    op.drop_table("staff_login_attempt")
    op.drop_table("staff_account")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index("ix_referral_state_due_at")
        batch_op.drop_index(batch_op.f("ix_referral_conversation"))

    op.drop_table("referral")
    op.drop_table("delivery_status")
    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_conversation_active_address",
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch_op.drop_index(batch_op.f("ix_conversation_address_digest"))

    op.drop_table("conversation")
    op.drop_table("catalogue_version")
    op.drop_table("catalogue_source")
