import {
  Column,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm'
import { AccountEntity } from './account.entity.ts'
import { ProjectEntity } from './project.entity.ts'

// Indexes with a direction, an expression or an operator class cannot be declared here; they are
// named, so that the schema builder leaves them to the migration.
@Entity('issue')
@Unique('uq_issue_number', ['projectId', 'number'])
@Index('ix_issue_last_seen', { synchronize: false })
@Index('ix_issue_first_seen', { synchronize: false })
@Index('ix_issue_times_seen', { synchronize: false })
@Index('ix_issue_users_seen', { synchronize: false })
@Index('ix_issue_regressed', { synchronize: false })
@Index('ix_issue_search', { synchronize: false })
export class IssueEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_issue',
  })
  id!: string

  @Column('int', { name: 'project_id' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_issue_project', onDelete: 'CASCADE' })
  projectId!: number

  @Column('int')
  number!: number

  @Column('smallint', { default: 0 })
  status!: number

  @Column('smallint', { default: 0 })
  substatus!: number

  @Column('smallint')
  level!: number

  @Column('text')
  kind!: string

  @Column('text', { nullable: true })
  type!: string | null

  @Column('text', { nullable: true })
  value!: string | null

  @Column('text')
  title!: string

  @Column('text', { nullable: true })
  culprit!: string | null

  @Column('text', { nullable: true })
  transaction!: string | null

  @Column('text', { nullable: true })
  filename!: string | null

  @Column('text', { nullable: true })
  function!: string | null

  @Column('text')
  platform!: string

  @Column('text', { nullable: true })
  logger!: string | null

  @Column('boolean', { name: 'is_unhandled', default: false })
  isUnhandled!: boolean

  @Column('timestamptz', { name: 'first_seen' })
  firstSeen!: Date

  @Column('timestamptz', { name: 'last_seen' })
  lastSeen!: Date

  @Column('text', { name: 'first_release', nullable: true })
  firstRelease!: string | null

  @Column('text', { name: 'last_release', nullable: true })
  lastRelease!: string | null

  @Column('text', { name: 'regressed_in_release', nullable: true })
  regressedInRelease!: string | null

  @Column('timestamptz', { name: 'status_changed_at', nullable: true })
  statusChangedAt!: Date | null

  @Column('bigint', { name: 'times_seen', default: 0 })
  timesSeen!: string

  @Column('int', { name: 'users_seen', default: 0 })
  usersSeen!: number
}

@Entity('issue_hash')
export class IssueHashEntity {
  @PrimaryColumn('int', { name: 'project_id', primaryKeyConstraintName: 'pk_issue_hash' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_issue_hash_project', onDelete: 'CASCADE' })
  projectId!: number

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_issue_hash' })
  hash!: string

  @Column('bigint', { name: 'issue_id' })
  @ForeignKey(() => IssueEntity, { name: 'fk_issue_hash_issue', onDelete: 'CASCADE' })
  @Index('ix_issue_hash_issue')
  issueId!: string

  @Column('text')
  algorithm!: string
}

@Entity('issue_activity')
@Index('ix_issue_activity_issue', ['issueId', 'id'])
export class IssueActivityEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_issue_activity',
  })
  id!: string

  @Column('bigint', { name: 'issue_id' })
  @ForeignKey(() => IssueEntity, { name: 'fk_issue_activity_issue', onDelete: 'CASCADE' })
  issueId!: string

  @Column('int', { name: 'account_id', nullable: true })
  @ForeignKey(() => AccountEntity, { name: 'fk_issue_activity_account', onDelete: 'SET NULL' })
  accountId!: number | null

  @Column('text')
  type!: string

  @Column('jsonb')
  data!: Record<string, unknown>

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date
}
