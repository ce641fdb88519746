import {
  AccountEntity,
  ApiTokenEntity,
  MemberEntity,
  OrganizationEntity,
  SessionEntity,
  SignInLinkEntity,
} from './account.entity.ts'
import { AttachmentEntity, FeedbackEntity } from './attachment.entity.ts'
import {
  IssueHourEntity,
  IssueTagEntity,
  IssueUserEntity,
  ProjectHourEntity,
} from './counts.entity.ts'
import { IssueActivityEntity, IssueEntity, IssueHashEntity } from './issue.entity.ts'
import { DeadLetterEntity, JournalCursorEntity, OutcomeHourEntity } from './ledger.entity.ts'
import { CheckInEntity, MonitorEntity, MonitorEnvironmentEntity } from './monitor.entity.ts'
import { ProjectEntity, ProjectKeyEntity, ReleaseEntity } from './project.entity.ts'

/** Every table that TypeORM declares; `schema.test.ts` proves that they agree with the migrations. */
export const ENTITIES: object[] = [
  OrganizationEntity,
  AccountEntity,
  MemberEntity,
  SessionEntity,
  SignInLinkEntity,
  ApiTokenEntity,
  ProjectEntity,
  ProjectKeyEntity,
  ReleaseEntity,
  IssueEntity,
  IssueHashEntity,
  IssueActivityEntity,
  IssueHourEntity,
  IssueTagEntity,
  IssueUserEntity,
  ProjectHourEntity,
  AttachmentEntity,
  FeedbackEntity,
  MonitorEntity,
  MonitorEnvironmentEntity,
  CheckInEntity,
  OutcomeHourEntity,
  DeadLetterEntity,
  JournalCursorEntity,
]
