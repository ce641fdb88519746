import { readProperty } from '../failed-request.ts'
import { foreignRequestInfo } from '../foreign-request.ts'
import { withoutIds } from '../request-data.ts'
import { Scope } from '../scope.ts'

/** What is told of one invocation. */
export type Invocation = {
  functionName: string
  /** Method and route of API Gateway, or the function's name. */
  transaction: string
  event: unknown
  details: Record<string, unknown>
  /** Milliseconds; undefined outside of Lambda. */
  remainingMs(): number | undefined
}

const DETAILS = {
  functionName: 'function_name',
  functionVersion: 'function_version',
  invokedFunctionArn: 'invoked_function_arn',
  awsRequestId: 'request_id',
  memoryLimitInMB: 'memory_limit_mb',
} as const

/** @param args those of the handler: the event, the stream if it streams, Lambda's context */
export function describeInvocation(args: unknown[], isCold: boolean): Invocation {
  const remainingOf = (arg: unknown) => readProperty(arg, 'getRemainingTimeInMillis')
  const context = args.find((arg, index) => index > 0 && typeof remainingOf(arg) === 'function')
  const details: Record<string, unknown> = { cold_start: isCold }
  for (const [key, name] of Object.entries(DETAILS)) {
    const value = readProperty(context, key)
    if (typeof value === 'string' || typeof value === 'number') details[name] = value
  }
  const functionName = String(
    details.function_name ?? process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'lambda',
  )
  return {
    functionName,
    transaction: routeOf(args[0]) ?? functionName,
    event: args[0],
    details,
    remainingMs: () => remainingMs(context),
  }
}

function remainingMs(context: unknown): number | undefined {
  try {
    const { getRemainingTimeInMillis } = context as { getRemainingTimeInMillis(): unknown }
    const left = getRemainingTimeInMillis.call(context)
    return typeof left === 'number' && Number.isFinite(left) ? left : undefined
  } catch {
    // No context, or one of a test that has not all of it: then no time is known.
    return undefined
  }
}

export function scopeOf({ details, transaction, event }: Invocation): Scope {
  return new Scope()
    .setTransactionName(transaction)
    .setContext('aws_lambda', details)
    .addEventProcessor((payload) => {
      if (payload.request === undefined && methodOf(event) !== undefined) {
        payload.request = foreignRequestInfo({
          method: methodOf(event),
          path: pathAndQuery(event),
          headers: readProperty(event, 'headers') ?? readProperty(event, 'multiValueHeaders'),
        })
      }
      return payload
    })
}

/** In the second version of API Gateway's events, and of function URLs. */
function httpOf(event: unknown): unknown {
  return readProperty(readProperty(event, 'requestContext'), 'http')
}

function methodOf(event: unknown): string | undefined {
  const method = readProperty(event, 'httpMethod') ?? readProperty(httpOf(event), 'method')
  return typeof method === 'string' ? method : undefined
}

function pathOf(event: unknown): string {
  const path = readProperty(event, 'rawPath') ?? readProperty(event, 'path')
  return typeof path === 'string' ? path : '/'
}

function pathAndQuery(event: unknown): string {
  const raw = readProperty(event, 'rawQueryString')
  if (typeof raw === 'string') return raw === '' ? pathOf(event) : `${pathOf(event)}?${raw}`
  const parameters = readProperty(event, 'queryStringParameters')
  if (typeof parameters !== 'object' || parameters === null) return pathOf(event)
  return `${pathOf(event)}?${new URLSearchParams(parameters as Record<string, string>)}`
}

/** `GET /orders/{id}`, as it is set up in API Gateway; else the path with its ids replaced. */
function routeOf(event: unknown): string | undefined {
  const method = methodOf(event)
  if (method === undefined) return undefined
  const routeKey = readProperty(event, 'routeKey')
  if (typeof routeKey === 'string' && routeKey.includes(' ')) return routeKey
  const resource = readProperty(event, 'resource')
  const isRoute = typeof resource === 'string' && !resource.includes('+}')
  return `${method} ${isRoute ? resource : withoutIds(pathOf(event))}`
}
