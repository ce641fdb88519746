import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'
import { ProjectEntity } from './project.entity.ts'

@Entity('outcome_hour')
export class OutcomeHourEntity {
  @PrimaryColumn('int', { name: 'project_id', primaryKeyConstraintName: 'pk_outcome_hour' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_outcome_hour_project', onDelete: 'CASCADE' })
  projectId!: number

  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'pk_outcome_hour' })
  hour!: Date

  /** No foreign key: what a deleted key let in stays on the ledger. */
  @PrimaryColumn('int', { name: 'key_id', primaryKeyConstraintName: 'pk_outcome_hour' })
  keyId!: number

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_outcome_hour' })
  outcome!: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_outcome_hour' })
  reason!: string

  @PrimaryColumn('text', { primaryKeyConstraintName: 'pk_outcome_hour' })
  category!: string

  @Column('bigint')
  n!: string
}

@Entity('dead_letter')
@Index('ix_dead_letter_project', ['projectId', 'createdAt'])
export class DeadLetterEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_dead_letter',
  })
  id!: string

  @Column('int', { name: 'project_id' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_dead_letter_project', onDelete: 'CASCADE' })
  projectId!: number

  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date

  @Column('text')
  error!: string

  @Column('bytea')
  record!: Buffer

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date
}

@Entity('journal_cursor')
export class JournalCursorEntity {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'pk_journal_cursor' })
  journal!: string

  @Column('bigint')
  segment!: string

  @Column('bigint')
  position!: string

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date
}
