// The digest thread from its TypeScript, for tests.
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
await import('../src/pipeline/digest-worker.ts')
