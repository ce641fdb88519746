// A page's script, bundled and minified: the scenario is named by the page's query.
import * as Sentry from '@sentry/browser'
import { checkout, pay } from './checkout.js'

Sentry.init({
  dsn: new URLSearchParams(location.search).get('dsn'),
  release: 'shop@1.4.2',
  environment: 'production',
})

const scenarios = {
  'type-error': () => checkout({ id: 17 }),
  'uncaught-in-timer': () => setTimeout(() => checkout({ id: 17 }), 1),
  'unhandled-rejection': () => void pay({ id: 17 }),
  'rejected-with-object': () => void Promise.reject({ code: 17, reason: 'declined' }),
  'message-with-ids': () => Sentry.captureMessage('Order 17 of ada@shop.example is late'),
}

try {
  scenarios[new URLSearchParams(location.search).get('scenario')]()
} catch (error) {
  Sentry.captureException(error)
}
