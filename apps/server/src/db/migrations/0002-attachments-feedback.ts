import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Files that belong to events, and what people write about them. */
export class AttachmentsFeedback0002 implements MigrationInterface {
  readonly name = 'AttachmentsFeedback1700000000002'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA)
  }

  async down(): Promise<void> {
    throw new Error('Mayday migrates forwards only: restore a backup to go back')
  }
}

const SCHEMA = `
create table attachment (
  id bigint generated always as identity constraint pk_attachment primary key,
  project_id int not null constraint fk_attachment_project references project on delete cascade,
  event_id uuid not null,
  digest bytea not null,
  received_at timestamptz not null,
  name text not null,
  content_type text not null,
  kind text not null,
  size int not null,
  data bytea not null,
  constraint uq_attachment_digest unique (project_id, event_id, digest)
);
/* Images and dumps are packed already; PostgreSQL would try in vain. */
alter table attachment alter column data set storage external;
create index ix_attachment_received on attachment (received_at);

create table feedback (
  project_id int not null constraint fk_feedback_project references project on delete cascade,
  feedback_id uuid not null,
  event_id uuid,
  issue_id bigint constraint fk_feedback_issue references issue on delete cascade,
  received_at timestamptz not null,
  occurred_at timestamptz not null,
  message text not null,
  name text,
  email text,
  url text,
  source text,
  constraint pk_feedback primary key (project_id, feedback_id)
);
create index ix_feedback_issue on feedback (issue_id, received_at desc);
create index ix_feedback_received on feedback (project_id, received_at desc);
/* Those whose event has not come yet; looked into with every batch. */
create index ix_feedback_waiting on feedback (event_id) where issue_id is null and event_id is not null;
`
