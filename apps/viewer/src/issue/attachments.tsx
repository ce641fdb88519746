import type { Event } from '@mayday/protocol/api/events'
import { useQuery } from '@tanstack/react-query'
import { attachmentHref, attachmentsQuery } from '../api/events.ts'
import { formatBytes } from '../format.ts'
import { Untrusted } from '../ui/untrusted.tsx'

type Props = { organization: string; project: string; event: Event }

/** Files that came with the event. Nothing is shown of them but their names: they may hold anything. */
export function Attachments({ organization, project, event }: Props) {
  const { data = [] } = useQuery(attachmentsQuery(organization, project, event.eventID))
  if (data.length === 0) return null
  return (
    <section className="panel" aria-label="Attachments">
      <h2>Attachments</h2>
      <ul className="files">
        {data.map(({ id, name, mimetype, size }) => (
          <li key={id}>
            <a href={attachmentHref(organization, project, event.eventID, id)} download>
              <Untrusted text={name} />
            </a>
            <span className="muted">
              <Untrusted text={mimetype} /> · {formatBytes(size)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
