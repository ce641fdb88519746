import { captureSeed } from '../capture.ts'
import type { Context } from '../current-scope.ts'
import { readProperty } from '../failed-request.ts'

const MIN_SERVER_ERROR = 500
const ERROR_ID = 'X-Error-Id'

/**
 * Reports an answer of 5xx, if nothing that was captured in this invocation tells of it already, and
 * puts the error id into its headers. Every other result is given back as it is.
 */
export function failedAnswer(result: unknown, context: Context, transaction: string): unknown {
  const status = readProperty(result, 'statusCode')
  if (typeof status !== 'number' || !(status >= MIN_SERVER_ERROR)) return result
  const errorId =
    context.isolationScope.lastErrorId ??
    captureSeed(
      {
        level: status === 501 || status === 503 ? 'warning' : 'error',
        logentry: { formatted: `${transaction} answered ${status} without an exception` },
        fingerprint: ['http-status', transaction, String(status)],
        tags: { 'http.status_code': String(status) },
      },
      context,
    )
  return withErrorId(result as object, errorId)
}

/** A copy, since the program may send the same object, even a frozen one, again. */
function withErrorId(result: object, errorId: string): object {
  const headers = readProperty(result, 'headers')
  const lists = readProperty(result, 'multiValueHeaders')
  if (hasErrorId(headers) || hasErrorId(lists)) return result
  // A load balancer reads either the one or the other.
  const isLists = isRecord(lists) && !isRecord(headers)
  return isLists
    ? { ...result, multiValueHeaders: { ...lists, [ERROR_ID]: [errorId] } }
    : { ...result, headers: { ...(isRecord(headers) ? headers : {}), [ERROR_ID]: errorId } }
}

function hasErrorId(headers: unknown): boolean {
  return (
    isRecord(headers) &&
    Object.keys(headers).some((name) => name.toLowerCase() === ERROR_ID.toLowerCase())
  )
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
