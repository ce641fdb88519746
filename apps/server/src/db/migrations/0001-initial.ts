import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * The whole schema. Tables that only hand-written SQL touches and that TypeORM cannot declare
 * (the partitioned `event`) have no entity; all others do, and `schema.test.ts` proves they agree.
 */
export class Initial0001 implements MigrationInterface {
  readonly name = 'Initial1700000000001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA)
  }

  async down(): Promise<void> {
    throw new Error('Mayday migrates forwards only: restore a backup to go back')
  }
}

const SCHEMA = `
create extension if not exists pg_trgm;

create table organization (
  id int generated always as identity constraint pk_organization primary key,
  slug text not null constraint uq_organization_slug unique,
  name text not null,
  created_at timestamptz not null default now()
);

create table account (
  id int generated always as identity constraint pk_account primary key,
  name text not null,
  email text constraint uq_account_email unique,
  password_hash text,
  created_at timestamptz not null default now()
);

create table member (
  organization_id int not null constraint fk_member_organization references organization on delete cascade,
  account_id int not null constraint fk_member_account references account on delete cascade,
  role text not null,
  created_at timestamptz not null default now(),
  constraint pk_member primary key (organization_id, account_id)
);
create index ix_member_account on member (account_id);

create table session (
  token_hash bytea not null constraint pk_session primary key,
  account_id int not null constraint fk_session_account references account on delete cascade,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index ix_session_account on session (account_id);

create table sign_in_link (
  token_hash bytea not null constraint pk_sign_in_link primary key,
  account_id int not null constraint fk_sign_in_link_account references account on delete cascade,
  expires_at timestamptz not null
);

create table api_token (
  id int generated always as identity constraint pk_api_token primary key,
  organization_id int not null constraint fk_api_token_organization references organization on delete cascade,
  account_id int constraint fk_api_token_account references account on delete cascade,
  name text not null,
  token_hash bytea not null constraint uq_api_token_hash unique,
  last_characters text not null,
  scopes text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz
);

create table project (
  id int generated always as identity constraint pk_project primary key,
  organization_id int not null constraint fk_project_organization references organization on delete cascade,
  slug text not null,
  name text not null,
  platform text,
  created_at timestamptz not null default now(),
  first_event_at timestamptz,
  next_issue_number int not null default 1,
  constraint uq_project_slug unique (organization_id, slug)
);

create table project_key (
  id int generated always as identity constraint pk_project_key primary key,
  project_id int not null constraint fk_project_key_project references project on delete cascade,
  public_key text not null constraint uq_project_key_public unique,
  name text not null,
  is_active boolean not null default true,
  rate_limit_window int,
  rate_limit_count int,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index ix_project_key_project on project_key (project_id);

create table release (
  id int generated always as identity constraint pk_release primary key,
  project_id int not null constraint fk_release_project references project on delete cascade,
  version text not null,
  first_seen timestamptz not null,
  constraint uq_release_version unique (project_id, version)
);
create index ix_release_first_seen on release (project_id, first_seen);

create table issue (
  id bigint generated always as identity constraint pk_issue primary key,
  project_id int not null constraint fk_issue_project references project on delete cascade,
  number int not null,
  status smallint not null default 0,
  substatus smallint not null default 0,
  level smallint not null,
  kind text not null,
  type text,
  value text,
  title text not null,
  culprit text,
  transaction text,
  filename text,
  function text,
  platform text not null,
  logger text,
  is_unhandled boolean not null default false,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  first_release text,
  last_release text,
  regressed_in_release text,
  status_changed_at timestamptz,
  times_seen bigint not null default 0,
  users_seen int not null default 0,
  constraint uq_issue_number unique (project_id, number)
) with (fillfactor = 70);
create index ix_issue_last_seen on issue (project_id, status, last_seen desc, id desc);
create index ix_issue_first_seen on issue (project_id, status, first_seen desc, id desc);
create index ix_issue_times_seen on issue (project_id, status, times_seen desc, id desc);
create index ix_issue_users_seen on issue (project_id, status, users_seen desc, id desc);
/* Few issues are, and whoever looks for them would read through all the open ones. */
create index ix_issue_regressed on issue (project_id, last_seen desc) where status = 0 and substatus = 2;
create index ix_issue_search on issue using gin (
  (lower(title || ' ' || coalesce(value, '') || ' ' || coalesce(culprit, '') || ' ' || coalesce(transaction, ''))) gin_trgm_ops);

create table issue_hash (
  project_id int not null constraint fk_issue_hash_project references project on delete cascade,
  hash uuid not null,
  issue_id bigint not null constraint fk_issue_hash_issue references issue on delete cascade,
  algorithm text not null,
  constraint pk_issue_hash primary key (project_id, hash)
);
create index ix_issue_hash_issue on issue_hash (issue_id);

create table issue_hour (
  issue_id bigint not null constraint fk_issue_hour_issue references issue on delete cascade,
  hour timestamptz not null,
  environment text not null,
  n int not null,
  constraint pk_issue_hour primary key (issue_id, hour, environment)
) with (fillfactor = 80);

create table project_hour (
  project_id int not null constraint fk_project_hour_project references project on delete cascade,
  hour timestamptz not null,
  environment text not null,
  n int not null,
  constraint pk_project_hour primary key (project_id, hour, environment)
) with (fillfactor = 80);

create table issue_tag (
  issue_id bigint not null constraint fk_issue_tag_issue references issue on delete cascade,
  key text not null,
  value text not null,
  project_id int not null,
  n int not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  constraint pk_issue_tag primary key (issue_id, key, value)
) with (fillfactor = 80);
create index ix_issue_tag_value on issue_tag (project_id, key, value, issue_id);

create table issue_user (
  issue_id bigint not null constraint fk_issue_user_issue references issue on delete cascade,
  user_hash bigint not null,
  project_id int not null,
  last_seen timestamptz not null,
  constraint pk_issue_user primary key (issue_id, user_hash)
) with (fillfactor = 80);
create index ix_issue_user_seen on issue_user (project_id, last_seen) include (user_hash);

create table issue_activity (
  id bigint generated always as identity constraint pk_issue_activity primary key,
  issue_id bigint not null constraint fk_issue_activity_issue references issue on delete cascade,
  account_id int constraint fk_issue_activity_account references account on delete set null,
  type text not null,
  data jsonb not null,
  created_at timestamptz not null default now()
);
create index ix_issue_activity_issue on issue_activity (issue_id, id);

create table event (
  event_id uuid not null,
  project_id int not null,
  issue_id bigint not null,
  received_at timestamptz not null,
  occurred_at timestamptz not null,
  environment text,
  release text,
  level smallint not null,
  /* Only where the event's user address is that of the connection. */
  client_ip text,
  size int not null,
  encoding smallint not null,
  data bytea not null
) partition by range (received_at);
alter table event alter column data set storage external;
create index ix_event_issue on event (issue_id, received_at desc, event_id desc);

/* One leaf per day is made ahead; this one is the net below them. Event ids are unique per leaf. */
create table event_default partition of event default;
create unique index uq_event_default on event_default (event_id, project_id);

create table outcome_hour (
  project_id int not null constraint fk_outcome_hour_project references project on delete cascade,
  key_id int not null,
  hour timestamptz not null,
  outcome text not null,
  reason text not null,
  category text not null,
  n bigint not null,
  constraint pk_outcome_hour primary key (project_id, hour, key_id, outcome, reason, category)
) with (fillfactor = 80);

create table dead_letter (
  id bigint generated always as identity constraint pk_dead_letter primary key,
  project_id int not null constraint fk_dead_letter_project references project on delete cascade,
  event_id uuid,
  received_at timestamptz not null,
  error text not null,
  record bytea not null,
  created_at timestamptz not null default now()
);
create index ix_dead_letter_project on dead_letter (project_id, created_at);

create table journal_cursor (
  journal uuid not null constraint pk_journal_cursor primary key,
  segment bigint not null,
  position bigint not null,
  updated_at timestamptz not null default now()
);
`
