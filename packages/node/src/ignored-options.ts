/** Options of Sentry's SDK that mean nothing here: taken, so that an app can move over as it is. */
export const IGNORED_OPTIONS = [
  'tracesSampleRate',
  'tracesSampler',
  'tracePropagationTargets',
  'traceLifecycle',
  'strictTraceContinuation',
  'orgId',
  'beforeSendTransaction',
  'beforeSendSpan',
  'ignoreTransactions',
  'ignoreSpans',
  'profilesSampleRate',
  'profilesSampler',
  'profileSessionSampleRate',
  'profileLifecycle',
  'spotlight',
  'sendDefaultPii',
  'dataCollection',
  'enableLogs',
  'beforeSendLog',
  'enableMetrics',
  'beforeSendMetric',
  'autoSessionTracking',
  'transport',
  'transportOptions',
  'stackParser',
  'normalizeMaxBreadth',
  'skipOpenTelemetrySetup',
  'registerEsmLoaderHooks',
  'enableRuntimeChannelInjection',
  'onFatalError',
  'httpProxy',
  'httpsProxy',
  'caCerts',
  'debugId',
  '_experiments',
  '_metadata',
] as const

const WHY: { [name: string]: string } = {
  sendDefaultPii:
    'cookies, credentials and addresses are never sent; see maxRequestBodySize for bodies',
  dataCollection:
    'cookies, credentials and addresses are never sent; see maxRequestBodySize for bodies',
  httpProxy: 'no proxy is used to reach the server',
  httpsProxy: 'no proxy is used to reach the server',
}

/** One line that names what was given in vain; undefined when there is nothing. */
export function ignoredLine(names: string[]): string | undefined {
  const ignored = names.filter((name) => (IGNORED_OPTIONS as readonly string[]).includes(name))
  if (ignored.length === 0) return undefined
  const told = ignored.map((name) => (WHY[name] ? `${name} (${WHY[name]})` : name))
  return `options that change nothing: ${told.join(', ')}`
}
