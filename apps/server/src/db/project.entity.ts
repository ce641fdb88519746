import { Column, Entity, ForeignKey, Index, PrimaryGeneratedColumn, Unique } from 'typeorm'
import { OrganizationEntity } from './account.entity.ts'

@Entity('project')
@Unique('uq_project_slug', ['organizationId', 'slug'])
export class ProjectEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'int',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_project',
  })
  id!: number

  @Column('int', { name: 'organization_id' })
  @ForeignKey(() => OrganizationEntity, { name: 'fk_project_organization', onDelete: 'CASCADE' })
  organizationId!: number

  @Column('text')
  slug!: string

  @Column('text')
  name!: string

  @Column('text', { nullable: true })
  platform!: string | null

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date

  @Column('timestamptz', { name: 'first_event_at', nullable: true })
  firstEventAt!: Date | null

  @Column('int', { name: 'next_issue_number', default: 1 })
  nextIssueNumber!: number

  /** The hour that `newIssueCount` is of. */
  @Column('timestamptz', { name: 'new_issue_hour', nullable: true })
  newIssueHour!: Date | null

  @Column('int', { name: 'new_issue_count', default: 0 })
  newIssueCount!: number
}

@Entity('project_key')
@Unique('uq_project_key_public', ['publicKey'])
export class ProjectKeyEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'int',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_project_key',
  })
  id!: number

  @Column('int', { name: 'project_id' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_project_key_project', onDelete: 'CASCADE' })
  @Index('ix_project_key_project')
  projectId!: number

  @Column('text', { name: 'public_key' })
  publicKey!: string

  @Column('text')
  name!: string

  @Column('boolean', { name: 'is_active', default: true })
  isActive!: boolean

  @Column('int', { name: 'rate_limit_window', nullable: true })
  rateLimitWindow!: number | null

  @Column('int', { name: 'rate_limit_count', nullable: true })
  rateLimitCount!: number | null

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null
}

@Entity('release')
@Unique('uq_release_version', ['projectId', 'version'])
@Index('ix_release_first_seen', ['projectId', 'firstSeen'])
export class ReleaseEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'int',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_release',
  })
  id!: number

  @Column('int', { name: 'project_id' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_release_project', onDelete: 'CASCADE' })
  projectId!: number

  @Column('text')
  version!: string

  @Column('timestamptz', { name: 'first_seen' })
  firstSeen!: Date
}
