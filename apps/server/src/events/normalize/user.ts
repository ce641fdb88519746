import { isIP } from 'node:net'
import type { RequestInfo, User } from '@mayday/protocol/event'
import { MAX_USER_DATA_BYTES, MAX_USER_FIELD_CHARS } from '@mayday/protocol/limits'
import { trimmed } from './bag.ts'
import { isRaw, isUnsafeKey, lenientText, type Raw, text } from './fields.ts'
import type { Notes } from './notes.ts'

const FIELDS = ['id', 'username', 'email', 'name'] as const
/** What SDKs put where they want the server to fill in the address of the connection. */
const AUTO = '{{auto}}'
/** Their programs run at the user's, so the connection's address is the user's. */
const PLATFORMS_OF_USERS = new Set(['javascript', 'cocoa', 'objc'])

export type Connection = { clientIp: string; platform: string; sdk: unknown }

/** The user, with an address by Sentry's rules. Changes `{{auto}}` in the request's env as well. */
export function user(
  value: unknown,
  request: RequestInfo | undefined,
  connection: Connection,
  notes: Notes,
): User | undefined {
  const user: User = isRaw(value) ? userOf(value, notes) : {}
  if (!isRaw(value) && value !== undefined && value !== null) {
    notes.add('invalid_data', 'user', value)
  }
  const infer = inferenceOf(connection.sdk)
  const clientIp = infer === 'never' || !isIP(connection.clientIp) ? '' : connection.clientIp
  const remote = remoteAddress(request, clientIp)
  if (user.ip_address === AUTO) delete user.ip_address
  const wantsOwn = isRaw(value) && value.ip_address === AUTO
  const isUsers = infer === 'auto' || PLATFORMS_OF_USERS.has(connection.platform)
  const address =
    user.ip_address ?? ((wantsOwn ? clientIp : '') || remote || (isUsers ? clientIp : ''))
  if (address) user.ip_address = address
  return Object.keys(user).length > 0 ? user : undefined
}

function userOf(raw: Raw, notes: Notes): User {
  notes.enter('user')
  const user: User = {}
  for (const field of FIELDS) {
    const value = lenientText(raw, field, MAX_USER_FIELD_CHARS, notes)
    if (value) user[field] = value
  }
  const address = text(raw, 'ip_address', MAX_USER_FIELD_CHARS, notes)
  if (address === AUTO || (address && isIP(address))) user.ip_address = address
  else if (address) notes.add('invalid_data', 'ip_address', address)
  const data = trimmed(dataOf(raw), 'data', MAX_USER_DATA_BYTES, notes) as Raw
  if (Object.keys(data).length > 0) user.data = data
  notes.leave()
  return user
}

/** Whatever a program adds to the user, below `data` or beside it. */
function dataOf(raw: Raw): Raw {
  const data: Raw = {}
  for (const key in raw) {
    const isField =
      key === 'data' || key === 'ip_address' || (FIELDS as readonly string[]).includes(key)
    if (!isField && raw[key] !== null && !isUnsafeKey(key)) data[key] = raw[key]
  }
  return isRaw(raw.data) ? { ...data, ...raw.data } : data
}

/** `auto` or `never`, by which newer browser SDKs say whether the address may be taken. */
function inferenceOf(sdk: unknown): unknown {
  const settings = isRaw(sdk) ? sdk.settings : undefined
  return isRaw(settings) ? settings.infer_ip : undefined
}

function remoteAddress(request: RequestInfo | undefined, clientIp: string): string {
  const env = request?.env
  const remote = env?.REMOTE_ADDR
  if (request !== undefined && env !== undefined && remote === AUTO) {
    const { REMOTE_ADDR: _, ...rest } = env
    request.env = clientIp ? { ...rest, REMOTE_ADDR: clientIp } : rest
    return clientIp
  }
  return typeof remote === 'string' && isIP(remote) ? remote : ''
}
