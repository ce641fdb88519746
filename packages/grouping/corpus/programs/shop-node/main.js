// Runs one scenario with one SDK, reports what it throws, and ends: node main.js <sdk> <scenario>
const [sdk, name] = process.argv.slice(2)
const Sentry = require(sdk)

Sentry.init({ dsn: process.env.SENTRY_DSN, release: 'shop@1.4.2', environment: 'production' })

const scenarios = require('./src/scenarios')(Sentry)

async function main() {
  try {
    const [run, ...input] = scenarios[name]
    await run(...input)
  } catch (error) {
    Sentry.captureException(error)
  }
  await new Promise((resolve) => setTimeout(resolve, 100))
  await Sentry.flush(3000)
}

main()
