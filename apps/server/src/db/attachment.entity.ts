import {
  Column,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  Unique,
} from 'typeorm'
import { IssueEntity } from './issue.entity.ts'
import { ProjectEntity } from './project.entity.ts'

@Entity('attachment')
@Unique('uq_attachment_digest', ['projectId', 'eventId', 'digest'])
@Index('ix_attachment_received', ['receivedAt'])
export class AttachmentEntity {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_attachment',
  })
  id!: string

  @Column('int', { name: 'project_id' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_attachment_project', onDelete: 'CASCADE' })
  projectId!: number

  /** No foreign key: it may come before its event, which has a key of several columns. */
  @Column('uuid', { name: 'event_id' })
  eventId!: string

  @Column('bytea')
  digest!: Buffer

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date

  @Column('text')
  name!: string

  @Column('text', { name: 'content_type' })
  contentType!: string

  @Column('text')
  kind!: string

  @Column('int')
  size!: number

  @Column('bytea')
  data!: Buffer
}

@Entity('feedback')
@Index('ix_feedback_issue', { synchronize: false })
@Index('ix_feedback_received', { synchronize: false })
@Index('ix_feedback_waiting', { synchronize: false })
export class FeedbackEntity {
  @PrimaryColumn('int', { name: 'project_id', primaryKeyConstraintName: 'pk_feedback' })
  @ForeignKey(() => ProjectEntity, { name: 'fk_feedback_project', onDelete: 'CASCADE' })
  projectId!: number

  @PrimaryColumn('uuid', { name: 'feedback_id', primaryKeyConstraintName: 'pk_feedback' })
  feedbackId!: string

  @Column('uuid', { name: 'event_id', nullable: true })
  eventId!: string | null

  @Column('bigint', { name: 'issue_id', nullable: true })
  @ForeignKey(() => IssueEntity, { name: 'fk_feedback_issue', onDelete: 'CASCADE' })
  issueId!: string | null

  @Column('timestamptz', { name: 'received_at' })
  receivedAt!: Date

  @Column('timestamptz', { name: 'occurred_at' })
  occurredAt!: Date

  @Column('text')
  message!: string

  @Column('text', { nullable: true })
  name!: string | null

  @Column('text', { nullable: true })
  email!: string | null

  @Column('text', { nullable: true })
  url!: string | null

  @Column('text', { nullable: true })
  source!: string | null
}
