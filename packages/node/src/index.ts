export type {
  Breadcrumb,
  EventPayload,
  Exception,
  Frame,
  Level,
  User,
} from '@mayday/protocol/event'
export {
  addBreadcrumb,
  addEventProcessor,
  captureEvent,
  captureException,
  captureMessage,
  lastErrorId,
  lastEventId,
  setContext,
  setExtra,
  setExtras,
  setTag,
  setTags,
  setUser,
} from './api.ts'
export type { CaptureContext, CaptureHint } from './capture-context.ts'
export { type CheckIn, captureCheckIn, type MonitorConfig, withMonitor } from './check-in.ts'
export { addIntegration, getClient } from './client-handle.ts'
export {
  getCurrentScope,
  getGlobalScope,
  getIsolationScope,
  withIsolationScope,
  withScope,
} from './current-scope.ts'
export type { EventHint, EventProcessor } from './event-processors.ts'
export { type LambdaOptions, wrapLambdaHandler } from './frameworks/aws-lambda.ts'
export {
  type ExpressApp,
  type ExpressErrorHandler,
  type ExpressRequest,
  type ExpressResponse,
  expressErrorHandler,
  setupExpressErrorHandler,
} from './frameworks/express.ts'
export {
  type FastifyApp,
  type FastifyReply,
  type FastifyRequest,
  setupFastifyErrorHandler,
} from './frameworks/fastify.ts'
export {
  type HonoApp,
  type HonoContext,
  type HonoErrorHandler,
  setupHonoErrorHandler,
} from './frameworks/hono.ts'
export { type KoaApp, type KoaContext, setupKoaErrorHandler } from './frameworks/koa.ts'
export { type NestApp, setupNestErrorHandler } from './frameworks/nest.ts'
export {
  captureRequestError,
  type NextErrorContext,
  type NextRequestInfo,
} from './frameworks/next.ts'
export { type NodeRequestListener, wrapRequestListener } from './frameworks/node-http.ts'
export { close, flush, init, isEnabled, isInitialized } from './init.ts'
export type { ClientHandle, CustomIntegration, DsnParts } from './integration.ts'
export {
  consoleIntegration,
  contextLinesIntegration,
  dedupeIntegration,
  extraErrorDataIntegration,
  httpIntegration,
  linkedErrorsIntegration,
  localVariablesIntegration,
  modulesIntegration,
  nativeNodeFetchIntegration,
  nodeContextIntegration,
  onUncaughtExceptionIntegration,
  onUnhandledRejectionIntegration,
  type RewriteFramesOptions,
  requestDataIntegration,
  rewriteFramesIntegration,
} from './integration-factories.ts'
export { type JobOptions, withJob } from './job.ts'
export type { Options } from './options.ts'
export type { BeforeBreadcrumb, BeforeSend } from './resolved-options.ts'
export { type Primitive, Scope, type ScopeData } from './scope.ts'
export type { ScrubRules } from './scrub-rules.ts'
export {
  continueTrace,
  getActiveSpan,
  getRootSpan,
  getTraceData,
  getTraceMetaTags,
  type Span,
  type StartSpanOptions,
  setMeasurement,
  startInactiveSpan,
  startNewTrace,
  startSpan,
  startSpanManual,
  suppressTracing,
  updateSpanName,
  withActiveSpan,
} from './tracing-calls.ts'
export { SDK_VERSION } from './version.ts'
