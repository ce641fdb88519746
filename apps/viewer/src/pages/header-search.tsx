import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { projectsQuery } from '../api/projects.ts'
import { findTarget } from '../issues/find-target.ts'
import { useKeys } from '../keyboard.ts'

type Props = { organization?: string | undefined; project?: string | undefined }

/** One field for whatever someone has in hand: an error id, a short id, or words. */
export function HeaderSearch({ organization, project }: Props) {
  const navigate = useNavigate()
  const projects = useQuery(projectsQuery)
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  useKeys({ find: () => input.current?.select() })

  const go = () => {
    if (text.trim() === '') return
    const target = findTarget(text, projects.data ?? [])
    input.current?.blur()
    setText('')
    if (target.kind === 'error') {
      void navigate({ to: '/e/$errorId', params: { errorId: target.errorId } })
    } else if (target.kind === 'issue') {
      const params = { organization: target.organization, issueId: target.shortId }
      void navigate({ to: '/$organization/issues/$issueId', params })
    } else {
      const first = projects.data?.[0]
      const at =
        organization !== undefined && project !== undefined ? { organization, project } : null
      const params = at ?? (first && { organization: first.organization, project: first.slug })
      if (params === undefined) return
      void navigate({
        to: '/$organization/$project/issues',
        params,
        search: { query: target.query },
      })
    }
  }
  return (
    <search className="find">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          go()
        }}
      >
        <span aria-hidden="true">⌕</span>
        <input
          ref={input}
          aria-label="Find an error id, an issue or anything"
          placeholder="Error id, issue or anything…"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
          autoComplete="off"
          spellCheck={false}
          enterKeyHint="go"
        />
        <kbd>/</kbd>
      </form>
    </search>
  )
}
