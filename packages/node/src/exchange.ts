import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * One HTTP request that is being served, with its response. Made for every request, so it only
 * points at them; all that an event tells of them is read when there is an event.
 */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly startedAtMs: number = performance.now()
  /** Id of the event that tells why this request failed, once there is one. */
  errorId: string | undefined
  /** Whether that event waits for the final status. */
  isUndecided = false

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request
    this.response = response
  }
}
