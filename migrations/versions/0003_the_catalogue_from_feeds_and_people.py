"""the catalogue from feeds and people

Revision: 0003, after: 0002, made: 2026-11-22 09:33:55.651569
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('catalogue_search_miss',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('need', sa.String(length=60), nullable=False),
    sa.Column('district', sa.String(length=60), nullable=False),
    sa.Column('condition', sa.String(length=40), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_search_miss')),
    sa.UniqueConstraint('day', 'need', 'district', 'condition', name=op.f('uq_catalogue_search_miss_day_need_district_condition'))
    )
    op.create_table('desk_audit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('who', sa.String(length=80), nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('object', sa.String(length=80), nullable=False),
    sa.Column('detail', sa.String(length=500), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_desk_audit'))
    )
    with op.batch_alter_table('desk_audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_desk_audit_object_at'), ['object', 'at'], unique=False)

    op.create_table('catalogue_import_run',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('source_id', sa.String(length=36), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('complete', sa.Boolean(), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['source_id'], ['catalogue_source.id'], name=op.f('fk_catalogue_import_run_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_import_run'))
    )
    with op.batch_alter_table('catalogue_import_run', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_catalogue_import_run_source_id'), ['source_id'], unique=False)

    op.create_table('catalogue_raw_record',
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('source_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('external_id', sa.String(length=200), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('url', sa.String(length=1000), nullable=False),
    sa.Column('dialect', sa.String(length=40), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_run', sa.String(length=36), nullable=False),
    sa.Column('missed_runs', sa.Integer(), nullable=False),
    sa.Column('missed_since', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['source_id'], ['catalogue_source.id'], name=op.f('fk_catalogue_raw_record_source_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_raw_record')),
    sa.UniqueConstraint('source_id', 'kind', 'external_id', name=op.f('uq_catalogue_raw_record_source_id_kind_external_id'))
    )
    op.create_table('catalogue_import_issue',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.String(length=36), nullable=False),
    sa.Column('external_id', sa.String(length=200), nullable=False),
    sa.Column('severity', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('path', sa.String(length=300), nullable=False),
    sa.Column('excerpt', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['run_id'], ['catalogue_import_run.id'], name=op.f('fk_catalogue_import_issue_run_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_import_issue'))
    )
    with op.batch_alter_table('catalogue_import_issue', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_catalogue_import_issue_run_id_code'), ['run_id', 'code'], unique=False)

    op.create_table('catalogue_correction',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.String(length=36), nullable=False),
    sa.Column('field', sa.String(length=40), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('made_by', sa.String(length=200), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['catalogue_service.id'], name=op.f('fk_catalogue_correction_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_correction')),
    sa.UniqueConstraint('service_id', 'field', name=op.f('uq_catalogue_correction_service_id_field'))
    )
    op.create_table('catalogue_duplicate',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('first_id', sa.String(length=36), nullable=False),
    sa.Column('second_id', sa.String(length=36), nullable=False),
    sa.Column('score', sa.Double(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('decision', sa.String(length=12), nullable=False),
    sa.ForeignKeyConstraint(['first_id'], ['catalogue_service.id'], name=op.f('fk_catalogue_duplicate_first_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['second_id'], ['catalogue_service.id'], name=op.f('fk_catalogue_duplicate_second_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_duplicate')),
    sa.UniqueConstraint('first_id', 'second_id', name=op.f('uq_catalogue_duplicate_first_id_second_id'))
    )
    op.create_table('catalogue_location',
    sa.Column('location_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('street', sa.String(length=500), nullable=False),
    sa.Column('town', sa.String(length=200), nullable=False),
    sa.Column('county', sa.String(length=200), nullable=False),
    sa.Column('postcode', sa.String(length=10), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=True),
    sa.Column('longitude', sa.Double(), nullable=True),
    sa.Column('precision', sa.String(length=10), nullable=False),
    sa.Column('masked', sa.Boolean(), nullable=False),
    sa.Column('accessibility', sa.JSON(), nullable=False),
    sa.Column('accessibility_text', sa.Text(), nullable=False),
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('service_id', sa.String(length=36), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['catalogue_service.id'], name=op.f('fk_catalogue_location_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_location'))
    )
    with op.batch_alter_table('catalogue_location', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_catalogue_location_location_id'), ['location_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_catalogue_location_service_id'), ['service_id'], unique=False)

    op.create_table('catalogue_service_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('service_id', sa.String(length=36), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('words', sa.LargeBinary(), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('message_id', sa.String(length=64), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(length=200), nullable=False),
    sa.Column('outcome', sa.String(length=40), nullable=False),
    sa.CheckConstraint("kind IN ('number', 'closed', 'address', 'other')", name=op.f('ck_catalogue_service_report_kind')),
    sa.ForeignKeyConstraint(['service_id'], ['catalogue_service.id'], name=op.f('fk_catalogue_service_report_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_service_report')),
    sa.UniqueConstraint('message_id', name=op.f('uq_catalogue_service_report_message_id'))
    )
    with op.batch_alter_table('catalogue_service_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_catalogue_service_report_service_id'), ['service_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_catalogue_service_report_settled_at_reported_at'), ['settled_at', 'reported_at'], unique=False)

    op.create_table('catalogue_service_term',
    sa.Column('name', sa.String(length=300), nullable=False),
    sa.Column('taxonomy', sa.String(length=200), nullable=False),
    sa.Column('code', sa.String(length=200), nullable=False),
    sa.Column('uri', sa.String(length=500), nullable=False),
    sa.Column('id', sa.String(length=36), nullable=False),
    sa.Column('service_id', sa.String(length=36), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['service_id'], ['catalogue_service.id'], name=op.f('fk_catalogue_service_term_service_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalogue_service_term'))
    )
    with op.batch_alter_table('catalogue_service_term', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_catalogue_service_term_service_id'), ['service_id'], unique=False)

    with op.batch_alter_table('catalogue_language', schema=None) as batch_op:
        batch_op.add_column(sa.Column('code', sa.String(length=20), nullable=False, server_default=''))

    with op.batch_alter_table('catalogue_schedule', schema=None) as batch_op:
        batch_op.add_column(sa.Column('interval', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('bymonthday', sa.String(length=60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('starts_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('valid_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('valid_to', sa.Date(), nullable=True))
        batch_op.alter_column('byday',
               existing_type=sa.VARCHAR(length=40),
               type_=sa.String(length=60),
               existing_nullable=False)

    with op.batch_alter_table('catalogue_service', schema=None) as batch_op:
        batch_op.add_column(sa.Column('gender', sa.String(length=10), nullable=False, server_default='any'))
        batch_op.add_column(sa.Column('attending', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('capacity', sa.String(length=10), nullable=False, server_default='unknown'))
        batch_op.add_column(sa.Column('waiting_text', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('hours_note', sa.Text(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('assured_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('source_changed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_catalogue_service_gender"), "gender IN ('any', 'women', 'men')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_catalogue_service_capacity"), "capacity IN ('open', 'waiting', 'full', 'unknown')"
        )

    with op.batch_alter_table('catalogue_source', schema=None) as batch_op:
        batch_op.add_column(sa.Column('vouched_by', sa.String(length=200), nullable=False, server_default=''))



def downgrade() -> None:
    with op.batch_alter_table('catalogue_source', schema=None) as batch_op:
        batch_op.drop_column('vouched_by')

    with op.batch_alter_table('catalogue_service', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_catalogue_service_capacity"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_catalogue_service_gender"), type_="check")
        batch_op.drop_column('source_changed_at')
        batch_op.drop_column('assured_on')
        batch_op.drop_column('hours_note')
        batch_op.drop_column('waiting_text')
        batch_op.drop_column('capacity')
        batch_op.drop_column('attending')
        batch_op.drop_column('gender')

    with op.batch_alter_table('catalogue_schedule', schema=None) as batch_op:
        batch_op.alter_column('byday',
               existing_type=sa.String(length=60),
               type_=sa.VARCHAR(length=40),
               existing_nullable=False)
        batch_op.drop_column('valid_to')
        batch_op.drop_column('valid_from')
        batch_op.drop_column('until')
        batch_op.drop_column('starts_on')
        batch_op.drop_column('bymonthday')
        batch_op.drop_column('interval')

    with op.batch_alter_table('catalogue_language', schema=None) as batch_op:
        batch_op.drop_column('code')

    with op.batch_alter_table('catalogue_service_term', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_catalogue_service_term_service_id'))

    op.drop_table('catalogue_service_term')
    with op.batch_alter_table('catalogue_service_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_catalogue_service_report_settled_at_reported_at'))
        batch_op.drop_index(batch_op.f('ix_catalogue_service_report_service_id'))

    op.drop_table('catalogue_service_report')
    with op.batch_alter_table('catalogue_location', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_catalogue_location_service_id'))
        batch_op.drop_index(batch_op.f('ix_catalogue_location_location_id'))

    op.drop_table('catalogue_location')
    op.drop_table('catalogue_duplicate')
    op.drop_table('catalogue_correction')
    with op.batch_alter_table('catalogue_import_issue', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_catalogue_import_issue_run_id_code'))

    op.drop_table('catalogue_import_issue')
    op.drop_table('catalogue_raw_record')
    with op.batch_alter_table('catalogue_import_run', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_catalogue_import_run_source_id'))

    op.drop_table('catalogue_import_run')
    with op.batch_alter_table('desk_audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_desk_audit_object_at'))

    op.drop_table('desk_audit')
    op.drop_table('catalogue_search_miss')
