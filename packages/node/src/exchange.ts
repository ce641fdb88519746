import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * One HTTP request that is being served, with its response. Made for every request, so it only
 * points at them; all that an event tells of them is read when there is an event.
 */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly startedAtMs: number = performance.now()
  /** Pattern such as `/orders/:id`, where a framework's hook has told it. */
  route: string | undefined
  /** Id that the client is told: that of the event about this request's failure. */
  errorId: string | undefined
  /** Whether the event of that id has been made; until then, only the id was needed. */
  hasEvent = false
  /** Whether that id is of an error that a framework answers, which none captured beside it replaces. */
  isCandidate = false
  /** What the program wrote to the console while it served: an error, or the text of a stack. */
  logged: unknown
  /** Its `stack` tells where an answer of 5xx was begun. */
  answeredAt: { stack?: string } | undefined
  /** Beginning of the request's body, if that is to be kept. */
  body: BodyBeginning | undefined

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request
    this.response = response
  }
}

/** `chunks` ends when `bytes`, which goes on counting, has passed the limit. */
export type BodyBeginning = { chunks: Uint8Array[]; bytes: number }
