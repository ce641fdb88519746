import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm'
import { IssueEntity } from './issue.entity.ts'
import { ProjectEntity } from './project.entity.ts'

@Entity('issue_hour')
export class IssueHourEntity {
  @PrimaryColumn('bigint', { name: 'issue_id', primaryKeyConstraintName: 'pk_issue_hour' })
  @ForeignKey(() => IssueEntity, { name: 'fk_issue_hour_issue', onDelete: 'CASCADE' })
  issueId!: string

  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'pk_issue_hour' })
  hour!: Date

  /** Empty when the event named none. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_issue_hour' })
  environment!: string

  @Column('int')
  n!: number
}

@Entity('project_hour')
export class ProjectHourEntity {
  @PrimaryColumn('int', { name: 'project_id', primaryKeyConstraintName: 'pk_project_hour' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_project_hour_project', onDelete: 'CASCADE' })
  projectId!: number

  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'pk_project_hour' })
  hour!: Date

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_project_hour' })
  environment!: string

  @Column('int')
  n!: number
}

@Entity('issue_tag')
@Index('ix_issue_tag_value', ['projectId', 'key', 'value', 'issueId'])
export class IssueTagEntity {
  @PrimaryColumn('bigint', { name: 'issue_id', primaryKeyConstraintName: 'pk_issue_tag' })
  @ForeignKey(() => IssueEntity, { name: 'fk_issue_tag_issue', onDelete: 'CASCADE' })
  issueId!: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_issue_tag' })
  key!: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_issue_tag' })
  value!: string

  @Column('int', { name: 'project_id' })
  projectId!: number

  @Column('int')
  n!: number

  @Column('timestamptz', { name: 'first_seen' })
  firstSeen!: Date

  @Column('timestamptz', { name: 'last_seen' })
  lastSeen!: Date
}

@Entity('issue_user')
// It includes the user's hash, which cannot be declared here.
@Index('ix_issue_user_seen', { synchronize: false })
export class IssueUserEntity {
  @PrimaryColumn('bigint', { name: 'issue_id', primaryKeyConstraintName: 'pk_issue_user' })
  @ForeignKey(() => IssueEntity, { name: 'fk_issue_user_issue', onDelete: 'CASCADE' })
  issueId!: string

  @PrimaryColumn('bigint', { name: 'user_hash', primaryKeyConstraintName: 'pk_issue_user' })
  userHash!: string

  @Column('int', { name: 'project_id' })
  projectId!: number

  @Column('timestamptz', { name: 'last_seen' })
  lastSeen!: Date
}
