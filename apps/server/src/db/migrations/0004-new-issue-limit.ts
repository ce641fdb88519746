import type { MigrationInterface, QueryRunner } from 'typeorm'

/** How many issues a project has opened in the hour that it last opened one in. */
export class NewIssueLimit0004 implements MigrationInterface {
  readonly name = 'NewIssueLimit1700000000004'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(SCHEMA)
  }

  async down(): Promise<void> {
    throw new Error('Mayday migrates forwards only: restore a backup to go back')
  }
}

const SCHEMA = `
alter table project add column new_issue_hour timestamptz, add column new_issue_count int not null default 0;
`
