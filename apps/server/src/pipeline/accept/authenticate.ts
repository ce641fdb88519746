import { type Auth, parseAuth } from '@mayday/protocol/auth'
import { readEnvelopeDsn } from '@mayday/protocol/envelope'
import { ProtocolError } from '@mayday/protocol/errors'
import type { FastifyRequest } from 'fastify'
import type { KnownKey } from '../../projects/known-key.ts'
import type { ProjectKeys } from '../../projects/project-keys.ts'
import { overloaded, Refusal } from './refusal.ts'

const MAX_PROJECT_ID = 2 ** 31 - 1
const UNKNOWN_KEY = 'The project key is unknown or belongs to another project; check the DSN.'

/** @throws Refusal 400 when it is no number */
export function parseProjectId(text: string): number {
  if (/^\d{1,16}$/.test(text) && Number(text) > 0) return Number(text)
  throw new Refusal(400, 'The project id in the address is not a positive whole number.')
}

/**
 * What headers, query and address say; undefined when they say nothing.
 *
 * @throws Refusal 401 when they cannot be read, 400 when key or version cannot be right
 */
export function readAuth(request: FastifyRequest): Auth | undefined {
  const { 'x-sentry-auth': sentryAuth, authorization } = request.headers
  const { key } = request.params as { key?: string }
  const questionMark = request.url.indexOf('?')
  try {
    const auth = parseAuth({
      sentryAuth: Array.isArray(sentryAuth) ? sentryAuth[0] : sentryAuth,
      authorization,
      query: questionMark === -1 ? undefined : request.url.slice(questionMark + 1),
    })
    if (auth !== undefined || key === undefined) return auth
    return parseAuth({ query: `sentry_key=${encodeURIComponent(key)}` })
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw new Refusal(error.code === 'invalid_auth' ? 401 : 400, error.message)
  }
}

/**
 * What the first line of an envelope says, where nothing else does: a tunnel's only word.
 *
 * @throws Refusal 401 when there is no DSN or none that can be read, 403 when it is another project's
 */
export function readDsnAuth(envelope: Buffer, projectId: number): Auth {
  const dsn = readDsn(envelope)
  if (dsn === undefined) {
    const places = 'the header X-Sentry-Auth, the query (sentry_key) or the DSN of the envelope'
    throw new Refusal(401, `The request carries no project key; put it into ${places}.`)
  }
  if (dsn.projectId !== projectId) throw new Refusal(403, UNKNOWN_KEY)
  return { publicKey: dsn.publicKey, version: 7 }
}

function readDsn(envelope: Buffer) {
  try {
    return readEnvelopeDsn(envelope)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw new Refusal(401, 'The envelope, the only place for a project key, cannot be read.', {
      cause: error,
    })
  }
}

/** @throws Refusal 403 for a key that may not send there, 503 while nobody can know */
export async function findKey(
  keys: ProjectKeys,
  projectId: number,
  publicKey: string,
): Promise<KnownKey> {
  if (projectId > MAX_PROJECT_ID) throw new Refusal(403, UNKNOWN_KEY)
  const found = await keys.find(projectId, publicKey)
  if (found === 'unknown') throw new Refusal(403, UNKNOWN_KEY)
  if (found === 'unavailable') throw overloaded('The project key cannot be checked at the moment.')
  return found
}
