import { isRaw, type Raw } from '../../events/normalize/fields.ts'
import { parseTimestamp } from '../../events/normalize/timestamps.ts'
import { type Received, Rejected } from '../states.ts'

const DIRECTIVES = new Set(
  `base-uri block-all-mixed-content child-src connect-src default-src fenced-frame-src font-src
   form-action frame-ancestors frame-src img-src manifest-src media-src navigate-to object-src
   plugin-types prefetch-src referrer report-to report-uri require-sri-for
   require-trusted-types-for sandbox script-src script-src-attr script-src-elem style-src
   style-src-attr style-src-elem trusted-types upgrade-insecure-requests worker-src`.split(/\s+/),
)
const FIELDS = {
  'blocked-uri': 'blockeduri',
  'effective-directive': 'effectivedirective',
  'violated-directive': 'violateddirective',
  'original-policy': 'originalpolicy',
  'document-uri': 'documenturi',
  referrer: 'referrer',
  'source-file': 'sourcefile',
  'line-number': 'linenumber',
  'column-number': 'columnnumber',
  'script-sample': 'scriptsample',
  'status-code': 'statuscode',
  disposition: 'disposition',
} as const
type Field = keyof typeof FIELDS
type Report = Partial<Record<Field, string>>

/** What a browser says of a policy (CSP) that a page broke, as an event; one issue per directive and host. */
export function securityEvent(raw: Raw, { record, item }: Received): Raw {
  const { body, type } = bodyOf(raw)
  if (type !== 'csp') throw new Rejected('filtered', 'unsupported_item')
  const report = readReport(body)
  const directive = directiveOf(report)
  if (directive === undefined) throw new Rejected('invalid', 'no_data')
  const blocked = blockedOf(report)
  const referer = report.referrer ? [['Referer', report.referrer]] : []
  const agent = agentOf(raw, record.client)
  return {
    timestamp: timestampOf(raw, record.receivedAtMs),
    platform: 'javascript',
    logger: 'csp',
    message: messageOf(directive, blocked),
    transaction: report['violated-directive'] || directive,
    fingerprint: ['csp', directive, blocked],
    release: textOf(item.header.sentry_release) ?? textOf(raw.release),
    environment: textOf(item.header.sentry_environment) ?? textOf(raw.environment),
    user: { ip_address: '{{auto}}' },
    request: {
      url: report['document-uri'],
      headers: [...referer, ...(agent === undefined ? [] : [['User-Agent', agent]])],
    },
    tags: {
      'effective-directive': directive,
      'blocked-uri': withoutQuery(report['blocked-uri'] || 'self'),
      'blocked-host': blocked,
      ...(report.disposition ? { disposition: report.disposition } : {}),
    },
    contexts: { csp: { ...report } },
  }
}

/** Of the older form, of the Reporting API's, or of the event that Relay has made of either. */
function bodyOf(raw: Raw): { type: string; body: Raw } {
  if (isRaw(raw['csp-report'])) return { type: 'csp', body: raw['csp-report'] }
  if (isRaw(raw.csp)) return { type: 'csp', body: raw.csp }
  if (isRaw(raw.body)) return { type: raw.type === 'csp-violation' ? 'csp' : '', body: raw.body }
  return { type: '', body: {} }
}

/** Browsers write the names with dashes, without, and with URL for URI. */
function readReport(body: Raw): Report {
  const given = new Map(
    Object.entries(body).map(([name, value]) => [
      name.toLowerCase().replaceAll(/[-_]/g, '').replace(/url$/, 'uri'),
      value,
    ]),
  )
  const report: Report = {}
  for (const [field, name] of Object.entries(FIELDS) as [Field, string][]) {
    const value = given.get(name) ?? (name === 'scriptsample' ? given.get('sample') : undefined)
    const isUsable = typeof value === 'string' || typeof value === 'number'
    if (isUsable && value !== '') report[field] = String(value)
  }
  return report
}

function directiveOf(report: Report): string | undefined {
  const text = report['effective-directive'] || report['violated-directive'] || ''
  const [directive = ''] = text.trim().toLowerCase().split(/\s+/)
  return DIRECTIVES.has(directive) ? directive : undefined
}

/** A host, `self`, or a word such as `inline`, `eval` or `data`. */
function blockedOf(report: Report): string {
  const blocked = (report['blocked-uri'] || 'self').toLowerCase()
  const host = hostOf(blocked)
  if (host === undefined) return blocked.split(':')[0]?.slice(0, 64) || 'self'
  return host === hostOf(report['document-uri'] ?? '') ? 'self' : host
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host || undefined
  } catch {
    // A word, or nothing: not every violation has an address.
    return undefined
  }
}

function messageOf(directive: string, blocked: string): string {
  const thing = directive.replace(/-src(-elem|-attr)?$/, '').replace(/^img$/, 'image')
  if (blocked === 'inline') return `Blocked inline '${thing}'`
  if (blocked === 'eval' || blocked === 'wasm-eval') return `Blocked ${blocked} by '${directive}'`
  return `Blocked '${thing}' from '${blocked}'`
}

/** The Reporting API sends later, and says by how much. */
function timestampOf(raw: Raw, receivedAtMs: number): number {
  const given = parseTimestamp(raw.timestamp)
  if (given !== undefined) return given
  const { age } = raw
  const ageMs = typeof age === 'number' && age > 0 && age < 86_400_000 ? age : 0
  return (receivedAtMs - ageMs) / 1000
}

function agentOf(raw: Raw, client: string): string | undefined {
  return textOf(raw.user_agent) ?? (client.startsWith('Mozilla/') ? client : undefined)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function withoutQuery(uri: string): string {
  return uri.replace(/[?#].*$/s, '')
}
