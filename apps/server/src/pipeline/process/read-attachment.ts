import type { Item } from '@mayday/protocol/envelope'
import { MAX_CONTENT_TYPE_CHARS, MAX_FILE_NAME_CHARS } from '@mayday/protocol/limits'
import type { JournalRecord } from '../../journal/record.ts'
import type { Attached } from '../states.ts'
import { plainText } from './plain-text.ts'

const UNNAMED = 'unnamed'
const UNKNOWN_TYPE = 'application/octet-stream'
const USUAL_KIND = 'event.attachment'

/** The file as it came, with what its item's header says of it. */
export function readAttachment(
  { projectId, receivedAtMs }: JournalRecord,
  eventId: string,
  { header, payload }: Item,
): Attached {
  const { filename, content_type, attachment_type } = header as Record<string, unknown>
  return {
    projectId,
    eventId,
    receivedAtMs,
    name: plainText(filename, MAX_FILE_NAME_CHARS) ?? UNNAMED,
    contentType: plainText(content_type, MAX_CONTENT_TYPE_CHARS) ?? UNKNOWN_TYPE,
    kind: plainText(attachment_type, MAX_CONTENT_TYPE_CHARS) ?? USUAL_KIND,
    bytes: payload,
  }
}
