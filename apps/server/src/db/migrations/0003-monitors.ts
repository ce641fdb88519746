import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Scheduled tasks and what they say of their runs. */
export class Monitors0003 implements MigrationInterface {
  readonly name = 'Monitors1700000000003'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA)
  }

  async down(): Promise<void> {
    throw new Error('Mayday migrates forwards only: restore a backup to go back')
  }
}

const SCHEMA = `
create table monitor (
  id int generated always as identity constraint pk_monitor primary key,
  project_id int not null constraint fk_monitor_project references project on delete cascade,
  slug text not null,
  schedule jsonb,
  timezone text not null default 'UTC',
  margin_minutes int not null default 1,
  runtime_minutes int not null default 30,
  created_at timestamptz not null default now(),
  constraint uq_monitor_slug unique (project_id, slug)
);

create table monitor_environment (
  monitor_id int not null constraint fk_monitor_environment_monitor references monitor on delete cascade,
  environment text not null,
  status text not null,
  last_check_in_at timestamptz not null,
  next_due_at timestamptz,
  constraint pk_monitor_environment primary key (monitor_id, environment)
);
create index ix_monitor_environment_due on monitor_environment (next_due_at);

create table check_in (
  monitor_id int not null constraint fk_check_in_monitor references monitor on delete cascade,
  check_in_id uuid not null,
  environment text not null,
  status text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  duration_ms bigint,
  release text,
  constraint pk_check_in primary key (monitor_id, check_in_id)
);
create index ix_check_in_started on check_in (monitor_id, started_at desc);
create index ix_check_in_running on check_in (started_at) where status = 'in_progress';
`
