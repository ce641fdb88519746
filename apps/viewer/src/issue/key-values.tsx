import { Untrusted, UntrustedLink } from '../ui/untrusted.tsx'
import { valueText } from './value-text.ts'
import './key-values.css'

export type KeyValue = { key: string; value: unknown }

/** Two columns, names and what they hold. Names may repeat, as headers do. */
export function KeyValues({ rows }: { rows: KeyValue[] }) {
  return (
    <dl className="kv">
      {rows.map(({ key, value }, index) => {
        const text = valueText(value)
        return [
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows of an event never change
          <dt key={`${index} name`}>
            <Untrusted text={key} />
          </dt>,
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <dd key={`${index} value`} className={/^\[filtered\]$/i.test(text) ? 'faint' : undefined}>
            <UntrustedLink text={text} />
          </dd>,
        ]
      })}
    </dl>
  )
}
