import type { Event } from '@mayday/protocol/api/events'
import { Breadcrumbs } from './breadcrumbs.tsx'
import {
  Contexts,
  Extra,
  GroupingParts,
  Message,
  Modules,
  ProcessingNotes,
  Tags,
} from './details.tsx'
import { Request } from './request.tsx'
import { StackTrace } from './stack-trace.tsx'

/** Everything one event holds, what tells most first. */
export function EventView({ event }: { event: Event }) {
  return (
    <>
      <Message event={event} />
      <StackTrace event={event} />
      <Request event={event} />
      <Breadcrumbs event={event} />
      <Tags event={event} />
      <Contexts event={event} />
      <Extra event={event} />
      <Modules event={event} />
      <ProcessingNotes event={event} />
      <GroupingParts event={event} />
    </>
  )
}
