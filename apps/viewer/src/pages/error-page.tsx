import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Navigate } from '@tanstack/react-router'
import { ApiError } from '../api/client.ts'
import { findEventQuery } from '../api/events.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { visibleText } from '../ui/visible-text.ts'
import { TopBar } from './top-bar.tsx'

const route = getRouteApi('/signed-in/e/$errorId')

/** The error id that the person who saw the 500 quotes leads to its event. */
export function ErrorPage() {
  const { errorId } = route.useParams()
  const digits = errorId.replace(/[\s-]/g, '').toLowerCase()
  const isErrorId = /^[0-9a-f]{8,32}$/.test(digits)
  const found = useQuery({ ...findEventQuery(digits), enabled: isErrorId })
  if (found.data) {
    return (
      <Navigate
        to="/$organization/issues/$issueId/events/$eventId"
        params={{
          organization: found.data.organizationSlug,
          issueId: found.data.groupId,
          eventId: found.data.eventId,
        }}
        replace
      />
    )
  }
  return (
    <>
      <TopBar />
      <main id="content" tabIndex={-1}>
        <title>Error id · Mayday</title>
        {!isErrorId ? (
          <NotAnErrorId text={errorId} />
        ) : found.error === null ? (
          <Loading what="the event" />
        ) : found.error instanceof ApiError && found.error.status === 404 ? (
          <NotHere errorId={digits} detail={found.error.message} />
        ) : (
          <Failed error={found.error} retry={() => void found.refetch()} what="the event" />
        )}
      </main>
    </>
  )
}

function NotAnErrorId({ text }: { text: string }) {
  return (
    <div className="notice">
      <h1>This is no error id</h1>
      <p>
        <code>{visibleText(text.slice(0, 80))}</code> is not one. An error id has 32 characters out
        of 0–9 and a–f; its first 8 are enough.
      </p>
    </div>
  )
}

function NotHere({ errorId, detail }: { errorId: string; detail: string }) {
  return (
    <div className="notice" role="status">
      <h1>
        No event with the error id <code>{errorId}</code>
      </h1>
      <p>{detail}</p>
      <p>This page keeps looking.</p>
    </div>
  )
}
