import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, process.env.APP_ROOT ?? '.')

const config = {
  distDir: process.env.APP_DIST ?? '.next',
  serverExternalPackages: process.env.APP_EXTERNAL === '1' ? ['@mayday/node'] : [],
  outputFileTracingRoot: root,
  turbopack: { root },
}

export default config
