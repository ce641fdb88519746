import type { Envelope } from '@mayday/protocol/envelope'
import { exceedsJsonDepth } from '@mayday/protocol/json-depth'
import { MAX_CHECK_IN_BYTES, MAX_JSON_DEPTH } from '@mayday/protocol/limits'
import type { FastifyRequest } from 'fastify'
import { invalid } from './refusal.ts'

const STATUSES = ['ok', 'in_progress', 'error']

/**
 * The check-in of a scheduled task that has no SDK: its name in the address, the rest in the query or
 * in a JSON body, the query first.
 *
 * @throws Refusal 400 when it does not say how the task is doing
 */
export function wrapCheckIn(body: Buffer, request: FastifyRequest): Envelope {
  const { slug } = request.params as { slug: string }
  const query = request.query as Record<string, unknown>
  const { duration, ...given } = query
  const checkIn: Record<string, unknown> = {
    ...parseBody(body),
    ...given,
    ...(duration === undefined ? {} : { duration: Number(duration) }),
    monitor_slug: slug,
  }
  if (!STATUSES.includes(checkIn.status as string)) {
    const message = `The query must have a status, one of ${STATUSES.join(', ')}.`
    throw invalid(400, 'no_data', message)
  }
  const payload = Buffer.from(JSON.stringify(checkIn))
  return { header: {}, items: [{ header: { type: 'check_in' }, payload }] }
}

function parseBody(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {}
  if (body.length > MAX_CHECK_IN_BYTES) {
    throw invalid(413, 'too_large', `The body is larger than ${MAX_CHECK_IN_BYTES} bytes.`)
  }
  if (exceedsJsonDepth(body, MAX_JSON_DEPTH)) {
    throw invalid(400, 'too_deep', `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`)
  }
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'))
    if (typeof parsed === 'object' && !Array.isArray(parsed)) return { ...parsed }
  } catch {
    // Said below, together with JSON of another kind.
  }
  throw invalid(400, 'invalid_json', 'The body is not a JSON object; it may be left out.')
}
