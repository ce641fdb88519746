import type { TagDetail } from '@mayday/protocol/api/issues'
import { formatCount, formatShare } from '../format.ts'
import { Untrusted } from '../ui/untrusted.tsx'

/** These always stand, in this order; others as the server lists them. */
const FIRST_TAGS = ['transaction', 'release', 'environment', 'server_name']
const TAG_TITLES: Record<string, string> = { transaction: 'route', server_name: 'server' }
const SHOWN_VALUES = 4

/** What differs between the events stands open; what is the same in all of them is folded away. */
export function TagDistributions({ tags }: { tags: TagDetail[] }) {
  const told = tags
    .filter((tag) => tag.topValues.length > 0 && tag.totalValues > 0)
    .sort((a, b) => rank(a.key) - rank(b.key))
  if (told.length === 0) return null
  const same = told.filter((tag) => !FIRST_TAGS.includes(tag.key) && tag.uniqueValues === 1)
  return (
    <section className="panel" aria-label="Tag distributions">
      {told
        .filter((tag) => !same.includes(tag))
        .map((tag) => (
          <Distribution key={tag.key} tag={tag} />
        ))}
      {same.length > 0 && (
        <details className="same">
          <summary>
            {same.length === 1 ? '1 more tag' : `${same.length} more tags`}, with one value each
          </summary>
          {same.map((tag) => (
            <Distribution key={tag.key} tag={tag} />
          ))}
        </details>
      )}
    </section>
  )
}

function Distribution({ tag }: { tag: TagDetail }) {
  const shown = tag.topValues.slice(0, SHOWN_VALUES)
  return (
    <div className="dist">
      <h3>
        <Untrusted text={TAG_TITLES[tag.key] ?? tag.key} />
      </h3>
      <ul>
        {shown.map(({ value, count }) => (
          <Bar key={value} text={value} share={count / tag.totalValues} />
        ))}
        {tag.uniqueValues > shown.length && (
          <li className="faint">{formatCount(tag.uniqueValues - shown.length)} more</li>
        )}
      </ul>
    </div>
  )
}

function Bar({ text, share }: { text: string; share: number }) {
  const width: React.CSSProperties & { '--w': string } = { '--w': `${share * 100}%` }
  return (
    <li className="bar" style={width}>
      <span title={text}>{text === '' ? <i>empty</i> : <Untrusted text={text} />}</span>
      <span className="num">{formatShare(share)}</span>
    </li>
  )
}

function rank(key: string): number {
  const at = FIRST_TAGS.indexOf(key)
  return at === -1 ? FIRST_TAGS.length : at
}
