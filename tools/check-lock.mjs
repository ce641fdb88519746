// npm silently leaves platform binaries out of the lock when a registry lags behind, and `npm ci`
// then refuses on that platform. Run after every change of a dependency.
import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const missing = []
for (const [path, entry] of Object.entries(packages)) {
  for (const name of Object.keys(entry.optionalDependencies ?? {})) {
    const nested = `${path}/node_modules/${name}`
    if (!packages[nested] && !packages[`node_modules/${name}`]) missing.push(`${path}: ${name}`)
  }
}
if (missing.length > 0) {
  console.error(`package-lock.json lacks optional dependencies:\n${missing.join('\n')}`)
  process.exit(1)
}
