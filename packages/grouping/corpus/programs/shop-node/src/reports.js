const { Client } = require('pg')
const express = require('express')

/** What is reported by calling the SDK, not by throwing. */
function createReports(Sentry) {
  function late(id, email, since) {
    Sentry.captureMessage(`Order ${id} of ${email} is late since ${since}`, 'warning')
  }

  function lowStock(article) {
    Sentry.captureMessage(`Stock of article ${article} is below 5`)
  }

  /** As a worker reports it that got nothing but the text from another process. */
  function importFailed(batch, tookMs) {
    const error = new Error(`Import of batch ${batch} failed after ${tookMs} ms`)
    error.stack = `${error.name}: ${error.message}`
    Sentry.captureException(error)
  }

  function withFingerprint(fingerprint, orderId) {
    Sentry.withScope((scope) => {
      scope.setTag('tenant', 'acme')
      scope.setFingerprint(fingerprint)
      Sentry.captureException(new RangeError(`amount of order ${orderId} is negative`))
    })
  }

  // The driver is called by the event loop: no frame of ours is on the stack.
  async function queryClosedClient() {
    const client = new Client({ host: '127.0.0.1', port: 5439 })
    client.on('error', () => {})
    await client.end()
    await new Promise((resolve) => {
      setImmediate(client.query.bind(client), 'select 1', [], (error) => {
        Sentry.captureException(error)
        resolve()
      })
    })
  }

  async function renderMissingView() {
    const app = express()
    app.engine('html', (_path, _options, done) => done(null, ''))
    app.set('views', '/srv/shop/views')
    app.set('view engine', 'html')
    await new Promise((resolve) => {
      setImmediate(app.render.bind(app), 'receipt', {}, (error) => {
        Sentry.captureException(error)
        resolve()
      })
    })
  }

  return { late, lowStock, importFailed, withFingerprint, queryClosedClient, renderMissingView }
}

module.exports = { createReports }
