import { useQuery } from '@tanstack/react-query'
import { feedbackQuery } from '../api/issues.ts'
import { formatAge, formatDateTime } from '../format.ts'
import { Untrusted } from '../ui/untrusted.tsx'

/** What people wrote about the issue, the newest first. */
export function FeedbackList({ organization, issueId }: { organization: string; issueId: string }) {
  const { data = [] } = useQuery(feedbackQuery(organization, issueId))
  if (data.length === 0) return null
  return (
    <section className="panel" aria-label="Feedback">
      <h2>Feedback</h2>
      <ul className="acts-list">
        {data.map(({ id, comments, name, email, dateCreated }) => (
          <li key={id} className="act feedback">
            <span>
              <Untrusted text={comments} />
              <span className="muted">
                {' — '}
                <Untrusted text={name ?? email ?? 'no name'} />
              </span>
            </span>
            <time dateTime={dateCreated} title={formatDateTime(dateCreated)}>
              {formatAge(dateCreated)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  )
}
