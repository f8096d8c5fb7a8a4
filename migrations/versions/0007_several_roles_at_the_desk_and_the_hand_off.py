"""Several roles at the desk, an audit that shows tampering, and all that the hand-off needs

Revision: 0007, after: 0006, made: 2026-11-22 16:37:54.314046
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

# Whoever had an account could do everything until now.
EVERY_ROLE = '["adviser", "lac", "lead", "editor", "administrator"]'
DEFAULTS = {
    'conversation': {'more_private': sa.Boolean(), 'person': sa.String(length=10)},
    'referral_event': {'reference': sa.String(length=16)},
    'staff_account': {'roles': sa.JSON(), 'teams': sa.JSON(), 'provider': sa.String(length=40), 'totp_step': sa.BigInteger()},
    'staff_session': {'second_factor': sa.Boolean()},
}


def upgrade() -> None:
    op.create_table('audit_chain',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('base_seq', sa.BigInteger(), nullable=False),
    sa.Column('base_digest', sa.String(length=64), nullable=False),
    sa.Column('older', sa.JSON(), nullable=False),
    sa.Column('lost_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('mac', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_chain'))
    )
    op.create_table('kept_key',
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('value', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_kept_key'))
    )
    op.create_table('referral_try',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('who', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_try'))
    )
    with op.batch_alter_table('referral_try', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referral_try_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_referral_try_who_at'), ['who', 'at'], unique=False)

    op.create_table('safety_case',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('flag', sa.String(length=40), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('conversation', sa.String(length=32), nullable=True),
    sa.Column('area', sa.String(length=60), nullable=True),
    sa.Column('address', sa.LargeBinary(), nullable=True),
    sa.Column('address_digest', sa.String(length=64), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unseen_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('taken_by', sa.String(length=80), nullable=True),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=40), nullable=True),
    sa.Column('reason', sa.LargeBinary(), nullable=True),
    sa.Column('done_by', sa.String(length=80), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('forgotten_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_case'))
    )
    with op.batch_alter_table('safety_case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_safety_case_address_digest'), ['address_digest'], unique=False)
        batch_op.create_index('ix_safety_case_state_opened_at', ['state', 'opened_at'], unique=False)
        batch_op.create_index('uq_safety_case_open', ['conversation', 'flag'], unique=True, sqlite_where=sa.text("state <> 'done'"), postgresql_where=sa.text("state <> 'done'"))

    op.create_table('weekly_count',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('channel', sa.String(length=16), nullable=False),
    sa.Column('what', sa.String(length=16), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('tier', sa.String(length=16), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_weekly_count'))
    )
    with op.batch_alter_table('weekly_count', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_weekly_count_week'), ['week'], unique=False)

    op.create_table('contact_attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('referral_id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('method', sa.String(length=40), nullable=False),
    sa.Column('result', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_contact_attempt_referral_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_attempt')),
    sa.UniqueConstraint('form_id', name=op.f('uq_contact_attempt_form_id'))
    )
    with op.batch_alter_table('contact_attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_attempt_referral_id'), ['referral_id'], unique=False)

    op.create_table('duplicate_decision',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.Integer(), nullable=False),
    sa.Column('second_id', sa.Integer(), nullable=False),
    sa.Column('same', sa.Boolean(), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['first_id'], ['referral.id'], name=op.f('fk_duplicate_decision_first_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['referral.id'], name=op.f('fk_duplicate_decision_second_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duplicate_decision')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_duplicate_decision_first_id_second_id'))
    )
    with op.batch_alter_table('duplicate_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_duplicate_decision_second_id'), ['second_id'], unique=False)

    op.create_table('lookup_key',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('referral_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_lookup_key_referral_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lookup_key')),
    sa.UniqueConstraint('referral_id', 'kind', 'digest', name=op.f('uq_lookup_key_referral_id_kind_digest'))
    )
    with op.batch_alter_table('lookup_key', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lookup_key_kind_digest'), ['kind', 'digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_lookup_key_referral_id'), ['referral_id'], unique=False)

    op.create_table('referral_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('referral_id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('words', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_referral_note_referral_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral_note')),
    sa.UniqueConstraint('form_id', name=op.f('uq_referral_note_form_id'))
    )
    with op.batch_alter_table('referral_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referral_note_referral_id'), ['referral_id'], unique=False)

    op.create_table('referral_visit',
    sa.Column('session_digest', sa.String(length=64), nullable=False),
    sa.Column('referral_id', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['referral_id'], ['referral.id'], name=op.f('fk_referral_visit_referral_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_digest', name=op.f('pk_referral_visit'))
    )
    with op.batch_alter_table('referral_visit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_referral_visit_referral_id'), ['referral_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_referral_visit_seen_at'), ['seen_at'], unique=False)

    op.create_table('safety_alert',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['safety_case.id'], name=op.f('fk_safety_alert_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_alert'))
    )
    with op.batch_alter_table('safety_alert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_safety_alert_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_safety_alert_state_next_at', ['state', 'next_at'], unique=False)

    op.create_table('safety_note',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.String(length=32), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('text', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['safety_case.id'], name=op.f('fk_safety_note_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_safety_note'))
    )
    with op.batch_alter_table('safety_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_safety_note_case_id'), ['case_id'], unique=False)

    op.create_table('staff_recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code_sha256', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['staff_account.id'], name=op.f('fk_staff_recovery_code_account_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_recovery_code'))
    )
    with op.batch_alter_table('staff_recovery_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_recovery_code_account_id'), ['account_id'], unique=False)

    op.create_table('takeover',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('conversation_id', sa.String(length=32), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('joined_by', sa.String(length=80), nullable=True),
    sa.Column('speaker', sa.String(length=20), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('override', sa.String(length=20), nullable=True),
    sa.Column('first_line', sa.Integer(), nullable=False),
    sa.Column('waiting_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_line_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('kept', sa.LargeBinary(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=80), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=True),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_takeover_conversation_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_takeover'))
    )
    with op.batch_alter_table('takeover', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_takeover_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_takeover_ended_at'), ['ended_at'], unique=False)
        batch_op.create_index('uq_takeover_open', ['conversation_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('catalogue_service_shown',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.String(length=36), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['catalogue_service.id'], name=op.f('fk_catalogue_service_shown_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_service_shown')),
    sa.UniqueConstraint('service_id', 'month', name=op.f('uq_catalogue_service_shown_service_id_month'))
    )
    with op.batch_alter_table('catalogue_service_shown', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_catalogue_service_shown_month'), ['month'], unique=False)

    with op.batch_alter_table('asked_text', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needs', sa.LargeBinary(), nullable=True))

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('aside', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('more_private', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('person', sa.String(length=10), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('outcome', sa.String(length=12), nullable=True))

    with op.batch_alter_table('desk_audit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('chain_seq', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('chain_digest', sa.String(length=64), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_desk_audit_chain_seq'), ['chain_seq'])
        batch_op.create_index(batch_op.f('ix_desk_audit_who_at'), ['who', 'at'], unique=False)

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('number_digest', sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f('ix_outbox_number_digest'), ['number_digest'], unique=False)

    with op.batch_alter_table('referral_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reference', sa.String(length=16), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('chain_seq', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('chain_digest', sa.String(length=64), nullable=True))
        batch_op.alter_column('referral_id',
               existing_type=sa.Integer(),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_referral_event_reference'), ['reference'], unique=False)
        batch_op.create_index(batch_op.f('ix_referral_event_who_at'), ['who', 'at'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_referral_event_chain_seq'), ['chain_seq'])
        batch_op.drop_constraint(batch_op.f('fk_referral_event_referral_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_referral_event_referral_id'), 'referral', ['referral_id'], ['id'], ondelete='SET NULL')

    op.execute(
        "UPDATE referral_event SET reference = (SELECT reference FROM referral WHERE referral.id = referral_event.referral_id)"
    )

    with op.batch_alter_table('safety_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('source', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('post_key', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('words', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('case_id', sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f('ix_safety_event_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_safety_event_post_key'), ['post_key'], unique=False)
        batch_op.create_unique_constraint(batch_op.f('uq_safety_event_source_flag'), ['source', 'flag'])
        batch_op.drop_column('handled_by')
        batch_op.drop_column('handled_at')
    _close_old_safety_events()

    with op.batch_alter_table('staff_account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('roles', sa.JSON(), nullable=False, server_default=EVERY_ROLE))
        batch_op.add_column(sa.Column('teams', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('provider', sa.String(length=40), nullable=False, server_default='local'))
        batch_op.add_column(sa.Column('subject', sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column('totp_key', sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column('totp_since', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('totp_step', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.create_unique_constraint(batch_op.f('uq_staff_account_provider_subject'), ['provider', 'subject'])

    with op.batch_alter_table('staff_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('second_factor', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('staff_text', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sent_in', sa.String(length=64), nullable=True))

    op.execute(
        "UPDATE outbox SET number_digest = "
        "(SELECT address_digest FROM conversation WHERE conversation.id = outbox.conversation_id)"
    )
    # Alerts that had nobody to go to wait from now on until there is somebody.
    op.execute(
        "UPDATE delivery SET state = 'waiting', attempts = 0 "
        "WHERE state = 'skipped' AND kind IN ('unopened', 'nearing', 'breached', 'undelivered')"
    )

    # The defaults were for the rows there are; from now on the code gives every value.
    for table, columns in DEFAULTS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column, kind in columns.items():
                batch_op.alter_column(column, existing_type=kind, existing_nullable=False, server_default=None)


def _close_old_safety_events() -> None:
    """Dangers told to an older version are on record without their words. Each older than a week becomes a closed entry without an
    outcome: nobody is alerted and nothing is late. The younger ones are filed as open entries by the new version.
    """
    moments = [sa.bindparam(name, type_=sa.DateTime(timezone=True)) for name in ('now', 'before')]
    now = datetime.now(timezone.utc)
    op.execute(
        sa.text(
            "INSERT INTO safety_case (id, flag, channel, conversation, area, address_digest, opened_at, last_at, count, state, done_at) "
            "SELECT e.id, e.flag, e.channel, e.conversation_id, c.area, c.address_digest, e.at, e.at, 1, 'done', :now "
            "FROM safety_event e LEFT JOIN conversation c ON c.id = e.conversation_id WHERE e.at < :before"
        ).bindparams(*moments).bindparams(now=now, before=now - timedelta(days=7))
    )
    op.execute("UPDATE safety_event SET case_id = id WHERE id IN (SELECT id FROM safety_case)")


def downgrade() -> None:
    with op.batch_alter_table('staff_text', schema=None) as batch_op:
        batch_op.drop_column('sent_in')

    with op.batch_alter_table('staff_session', schema=None) as batch_op:
        batch_op.drop_column('second_factor')

    with op.batch_alter_table('staff_account', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_staff_account_provider_subject'), type_='unique')
        batch_op.drop_column('totp_step')
        batch_op.drop_column('totp_since')
        batch_op.drop_column('totp_key')
        batch_op.drop_column('subject')
        batch_op.drop_column('provider')
        batch_op.drop_column('teams')
        batch_op.drop_column('roles')

    with op.batch_alter_table('safety_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('handled_by', sa.String(length=80), nullable=True))
        batch_op.drop_constraint(batch_op.f('uq_safety_event_source_flag'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_safety_event_post_key'))
        batch_op.drop_index(batch_op.f('ix_safety_event_case_id'))
        batch_op.drop_column('case_id')
        batch_op.drop_column('words')
        batch_op.drop_column('post_key')
        batch_op.drop_column('source')

    op.execute("DELETE FROM referral_event WHERE referral_id IS NULL")  # there is no place for an audit without its referral
    with op.batch_alter_table('referral_event', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_referral_event_referral_id'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_referral_event_referral_id'), 'referral', ['referral_id'], ['id'])
        batch_op.drop_constraint(batch_op.f('uq_referral_event_chain_seq'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_referral_event_who_at'))
        batch_op.drop_index(batch_op.f('ix_referral_event_reference'))
        batch_op.alter_column('referral_id',
               existing_type=sa.Integer(),
               nullable=False)
        batch_op.drop_column('chain_digest')
        batch_op.drop_column('chain_seq')
        batch_op.drop_column('reference')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_number_digest'))
        batch_op.drop_column('number_digest')

    with op.batch_alter_table('desk_audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_audit_who_at'))
        batch_op.drop_constraint(batch_op.f('uq_desk_audit_chain_seq'), type_='unique')
        batch_op.drop_column('chain_digest')
        batch_op.drop_column('chain_seq')

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.drop_column('outcome')
        batch_op.drop_column('person')
        batch_op.drop_column('more_private')
        batch_op.drop_column('aside')

    with op.batch_alter_table('asked_text', schema=None) as batch_op:
        batch_op.drop_column('needs')

    with op.batch_alter_table('catalogue_service_shown', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_catalogue_service_shown_month'))

    op.drop_table('catalogue_service_shown')
    with op.batch_alter_table('takeover', schema=None) as batch_op:
        batch_op.drop_index('uq_takeover_open', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_takeover_ended_at'))
        batch_op.drop_index(batch_op.f('ix_takeover_conversation_id'))

    op.drop_table('takeover')
    with op.batch_alter_table('staff_recovery_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_recovery_code_account_id'))

    op.drop_table('staff_recovery_code')
    with op.batch_alter_table('safety_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_safety_note_case_id'))

    op.drop_table('safety_note')
    with op.batch_alter_table('safety_alert', schema=None) as batch_op:
        batch_op.drop_index('ix_safety_alert_state_next_at')
        batch_op.drop_index(batch_op.f('ix_safety_alert_case_id'))

    op.drop_table('safety_alert')
    with op.batch_alter_table('referral_visit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referral_visit_seen_at'))
        batch_op.drop_index(batch_op.f('ix_referral_visit_referral_id'))

    op.drop_table('referral_visit')
    with op.batch_alter_table('referral_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referral_note_referral_id'))

    op.drop_table('referral_note')
    with op.batch_alter_table('lookup_key', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lookup_key_referral_id'))
        batch_op.drop_index(batch_op.f('ix_lookup_key_kind_digest'))

    op.drop_table('lookup_key')
    with op.batch_alter_table('duplicate_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_duplicate_decision_second_id'))

    op.drop_table('duplicate_decision')
    with op.batch_alter_table('contact_attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_attempt_referral_id'))

    op.drop_table('contact_attempt')
    with op.batch_alter_table('weekly_count', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_weekly_count_week'))

    op.drop_table('weekly_count')
    with op.batch_alter_table('safety_case', schema=None) as batch_op:
        batch_op.drop_index('uq_safety_case_open', sqlite_where=sa.text("state <> 'done'"), postgresql_where=sa.text("state <> 'done'"))
        batch_op.drop_index('ix_safety_case_state_opened_at')
        batch_op.drop_index(batch_op.f('ix_safety_case_address_digest'))

    op.drop_table('safety_case')
    with op.batch_alter_table('referral_try', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_referral_try_who_at'))
        batch_op.drop_index(batch_op.f('ix_referral_try_at'))

    op.drop_table('referral_try')
    op.drop_table('kept_key')
    op.drop_table('audit_chain')
