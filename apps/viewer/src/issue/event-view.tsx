import type { Event } from '@mayday/protocol/api/events'
import { Attachments } from './attachments.tsx'
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

type Props = { organization: string; project: string; event: Event }

/** Everything one event holds, what tells most first. */
export function EventView({ organization, project, event }: Props) {
  return (
    <>
      <Message event={event} />
      <StackTrace event={event} />
      <Request event={event} />
      <Breadcrumbs event={event} />
      <Attachments organization={organization} project={project} event={event} />
      <Tags event={event} />
      <Contexts event={event} />
      <Extra event={event} />
      <Modules event={event} />
      <ProcessingNotes event={event} />
      <GroupingParts event={event} />
    </>
  )
}
