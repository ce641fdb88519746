import {
  type DynamicModule,
  Module,
  StandardSchemaSerializerInterceptor,
  StandardSchemaValidationPipe,
} from '@nestjs/common'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector } from '@nestjs/core'
import type { Logger } from 'pino'
import { DataSource } from 'typeorm'
import { AccessGuard } from './account/access.guard.ts'
import { ApiTokensController } from './account/api-tokens.controller.ts'
import { AuthController } from './account/auth.controller.ts'
import { IndexController } from './account/index.controller.ts'
import { UsersController } from './account/users.controller.ts'
import type { Config } from './config.ts'
import { AttachmentsController } from './events/attachments.controller.ts'
import { EventsController } from './events/events.controller.ts'
import { EdgeExceptionFilter } from './http/exception.filter.ts'
import { HealthController } from './http/health.controller.ts'
import { CONFIG, LOG } from './http/injected.ts'
import { Readiness } from './http/readiness.ts'
import { FeedbackController } from './issues/feedback.controller.ts'
import { IssueEventsController } from './issues/issue-events.controller.ts'
import { IssueListsController } from './issues/issue-lists.controller.ts'
import { IssueTagsController } from './issues/issue-tags.controller.ts'
import { IssuesController } from './issues/issues.controller.ts'
import { OverviewController } from './issues/overview.controller.ts'
import { MonitorsController } from './monitors/monitors.controller.ts'
import { OrganizationsController } from './projects/organizations.controller.ts'
import { OutcomeStatsController } from './projects/outcome-stats.controller.ts'
import { OutcomesController } from './projects/outcomes.controller.ts'
import { ProjectKeysController } from './projects/project-keys.controller.ts'
import { ProjectsController } from './projects/projects.controller.ts'

/** Every route of the web API. */
export const WEB_CONTROLLERS = [
  IndexController,
  AuthController,
  UsersController,
  ApiTokensController,
  OrganizationsController,
  ProjectsController,
  ProjectKeysController,
  EventsController,
  AttachmentsController,
  IssueListsController,
  IssuesController,
  IssueEventsController,
  IssueTagsController,
  FeedbackController,
  MonitorsController,
  OutcomesController,
  OutcomeStatsController,
  OverviewController,
]

@Module({})
class AppModule {}

/** All wiring. What must be opened and closed is made by the caller and only handed on here. */
export function appModule(parts: {
  config: Config
  database: DataSource
  log: Logger
  readiness: Readiness
}): DynamicModule {
  const { config, database, log, readiness } = parts
  return {
    module: AppModule,
    controllers: [HealthController, ...(config.roles.includes('web') ? WEB_CONTROLLERS : [])],
    providers: [
      { provide: DataSource, useValue: database },
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      { provide: Readiness, useValue: readiness },
      { provide: APP_FILTER, useValue: new EdgeExceptionFilter(database, log) },
      { provide: APP_GUARD, useValue: new AccessGuard(database, config.url) },
      { provide: APP_PIPE, useValue: new StandardSchemaValidationPipe() },
      {
        provide: APP_INTERCEPTOR,
        useFactory: (reflector: Reflector) => new StandardSchemaSerializerInterceptor(reflector),
        inject: [Reflector],
      },
    ],
  }
}
