import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Version of the server; its package.json lies two folders above `src/cli` and `dist/cli` alike. */
export const VERSION: string = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
).version
