const SEND_AFTER_MS = 20

type Subscription = { subscriber?: { email: string } }

/** Answers first and works later: what fails then fails in a timer, and ends the process. */
export function scheduleConfirmation(subscription: Subscription): void {
  setTimeout(() => sendConfirmation(subscription), SEND_AFTER_MS)
}

function sendConfirmation({ subscriber }: Subscription): void {
  console.info(`confirming ${(subscriber as { email: string }).email.toLowerCase()}`)
}
