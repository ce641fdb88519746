import type { ApiRequest, Event } from '@mayday/protocol/api/events'
import { formatDuration } from '../format.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { requestUrl, toCurl } from './curl.ts'
import { type KeyValue, KeyValues } from './key-values.tsx'
import { responseStatus } from './response-status.ts'

export function Request({ event }: { event: Event }) {
  const request = event.entries.find((entry) => entry.type === 'request')?.data
  const response = responseText(event)
  const user = userText(event)
  if (request === undefined) {
    if (response === undefined && user === undefined) return null
    const rows = [...row('Response', response), ...row('User', user)]
    return (
      <section className="panel" aria-label="Request">
        <h2>{response === undefined ? 'User' : 'Request'}</h2>
        <KeyValues rows={rows} />
      </section>
    )
  }
  const curl = toCurl(request)
  return (
    <section className="panel" aria-label="Request">
      <h2>
        Request
        {curl !== undefined && (
          <span className="r">
            <CopyButton text={curl}>Copy as cURL</CopyButton>
          </span>
        )}
      </h2>
      <KeyValues
        rows={[
          ...row(request.method ?? 'URL', requestUrl(request)),
          ...row('Response', response),
          ...row('User', user),
          ...request.headers.map(([key, value]) => ({ key: key.toLowerCase(), value })),
          ...bodyRow(request),
          ...listRow('Query', request.query.length > 1 ? request.query : []),
          ...listRow('Cookies', request.cookies),
        ]}
      />
    </section>
  )
}

function row(key: string, value: unknown): KeyValue[] {
  return value === undefined ? [] : [{ key, value }]
}

function bodyRow({ data }: ApiRequest): KeyValue[] {
  return data === null || data === undefined || data === '' ? [] : [{ key: 'Body', value: data }]
}

function listRow(key: string, pairs: [string, string][]): KeyValue[] {
  if (pairs.length === 0) return []
  return [{ key, value: pairs.map(([name, value]) => `${name} = ${value}`).join('\n') }]
}

/** `500 after 38 ms`, as much of it as the SDK knew when the event was sent. */
function responseText(event: Event): string | undefined {
  const status = responseStatus(event)
  const durationMs = event.contexts.response?.duration_ms
  const after = typeof durationMs === 'number' ? `after ${formatDuration(durationMs)}` : undefined
  const parts = [status, after].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(' ')
}

function userText({ user }: Event): string | undefined {
  if (user === null) return undefined
  const parts = [user.id, user.email, user.username, user.name, user.ip_address]
  const known = [...new Set(parts.filter((part) => part !== null && part !== ''))]
  return known.length === 0 ? undefined : known.join(' · ')
}
