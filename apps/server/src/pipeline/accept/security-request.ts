import type { Envelope } from '@mayday/protocol/envelope'
import { newEventId } from '@mayday/protocol/event-id'
import { exceedsJsonDepth } from '@mayday/protocol/json-depth'
import { MAX_ITEMS, MAX_JSON_DEPTH, MAX_SECURITY_REPORT_BYTES } from '@mayday/protocol/limits'
import type { FastifyRequest } from 'fastify'
import { invalid, Refusal } from './refusal.ts'

const MEDIA_TYPES = new Set([
  'application/csp-report',
  'application/json',
  'application/reports+json',
  'application/expect-ct-report',
  'application/expect-ct-report+json',
  'application/expect-staple-report',
  'text/plain',
])
const MAX_NAME_CHARS = 200

/** @throws Refusal 415 for what no browser sends as a report */
export function refuseOtherTypes(request: FastifyRequest): void {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';')
  if (MEDIA_TYPES.has(type.trim().toLowerCase())) return
  const message =
    'Reports of browsers are sent as application/csp-report or application/reports+json.'
  const fate = { outcome: 'filtered', reason: 'unsupported_item' } as const
  throw new Refusal(415, message, { fate })
}

/**
 * What browsers report, one item for each report: a single object, or the list of the Reporting API.
 *
 * @throws Refusal 413 when it is too large, 400 when it is no JSON or holds too many
 */
export function wrapSecurityReports(body: Buffer, request: FastifyRequest): Envelope {
  if (body.length > MAX_SECURITY_REPORT_BYTES) {
    const message = `The report is larger than ${MAX_SECURITY_REPORT_BYTES} bytes.`
    throw invalid(413, 'too_large', message)
  }
  const { sentry_release, sentry_environment } = request.query as Record<string, unknown>
  const header = {
    type: 'raw_security',
    ...nameOf('sentry_release', sentry_release),
    ...nameOf('sentry_environment', sentry_environment),
  }
  const reports = parseReports(body)
  const items = reports.map((report) => ({ header, payload: Buffer.from(JSON.stringify(report)) }))
  return { header: { event_id: newEventId() }, items }
}

function parseReports(body: Buffer): unknown[] {
  if (exceedsJsonDepth(body, MAX_JSON_DEPTH)) {
    throw invalid(400, 'too_deep', `The report is nested deeper than ${MAX_JSON_DEPTH} levels.`)
  }
  const parsed = parseJson(body)
  const reports: unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  if (reports.length > MAX_ITEMS) {
    throw invalid(400, 'too_many_items', `The list has more than ${MAX_ITEMS} reports.`)
  }
  return reports
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw invalid(400, 'invalid_json', 'The report is not JSON.', cause)
  }
}

function nameOf(attribute: string, value: unknown): Record<string, string> {
  return typeof value === 'string' ? { [attribute]: value.slice(0, MAX_NAME_CHARS) } : {}
}
