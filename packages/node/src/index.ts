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
export type { CaptureContext } from './capture.ts'
export {
  getCurrentScope,
  getGlobalScope,
  getIsolationScope,
  withIsolationScope,
  withScope,
} from './current-scope.ts'
export {
  type ExpressApp,
  type ExpressErrorHandler,
  type ExpressRequest,
  type ExpressResponse,
  expressErrorHandler,
  setupExpressErrorHandler,
} from './frameworks/express.ts'
export { close, flush, init, isInitialized } from './init.ts'
export type { BeforeSend, EventHint, Options } from './options.ts'
export type { Primitive, Scope } from './scope.ts'
