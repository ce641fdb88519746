import {
  Column,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm'
import { ProjectEntity } from './project.entity.ts'

@Entity('monitor')
@Unique('uq_monitor_slug', ['projectId', 'slug'])
export class MonitorEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'int',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_monitor',
  })
  id!: number

  @Column('int', { name: 'project_id' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_monitor_project', onDelete: 'CASCADE' })
  projectId!: number

  @Column('text')
  slug!: string

  /** A `Schedule`; null for a monitor that never told one. */
  @Column('jsonb', { nullable: true })
  schedule!: unknown

  @Column('text', { default: 'UTC' })
  timezone!: string

  @Column('int', { name: 'margin_minutes', default: 1 })
  marginMinutes!: number

  @Column('int', { name: 'runtime_minutes', default: 30 })
  runtimeMinutes!: number

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date
}

@Entity('monitor_environment')
@Index('ix_monitor_environment_due', ['nextDueAt'])
export class MonitorEnvironmentEntity {
  @PrimaryColumn('int', { name: 'monitor_id', primaryKeyConstraintName: 'pk_monitor_environment' })
  @ForeignKey(() => MonitorEntity, {
    name: 'fk_monitor_environment_monitor',
    onDelete: 'CASCADE',
  })
  monitorId!: number

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_monitor_environment' })
  environment!: string

  @Column('text')
  status!: string

  @Column('timestamptz', { name: 'last_check_in_at' })
  lastCheckInAt!: Date

  @Column('timestamptz', { name: 'next_due_at', nullable: true })
  nextDueAt!: Date | null
}

@Entity('check_in')
@Index('ix_check_in_started', { synchronize: false })
@Index('ix_check_in_running', { synchronize: false })
export class CheckInEntity {
  @PrimaryColumn('int', { name: 'monitor_id', primaryKeyConstraintName: 'pk_check_in' })
  @ForeignKey(() => MonitorEntity, { name: 'fk_check_in_monitor', onDelete: 'CASCADE' })
  monitorId!: number

  @PrimaryColumn('uuid', { name: 'check_in_id', primaryKeyConstraintName: 'pk_check_in' })
  checkInId!: string

  @Column('text')
  environment!: string

  @Column('text')
  status!: string

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null

  @Column('bigint', { name: 'duration_ms', nullable: true })
  durationMs!: string | null

  @Column('text', { nullable: true })
  release!: string | null
}
