import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../errors.ts'

/** Where the viewer's build lies: the same path from `src/http` and from `dist/http`. */
const VIEWER_FOLDER = resolve(import.meta.dirname, '../../../viewer/dist/web')
const NOT_BUILT = `Mayday runs, but its viewer is not built.

Run "npm run build" in the folder of the sources and start again.
The web API answers below /api/0/.
`

/** Serves the viewer; every path that is no file and no API is a page of it. */
export async function serveViewer(fastify: FastifyInstance, folder = VIEWER_FOLDER): Promise<void> {
  const isBuilt = existsSync(join(folder, 'index.html'))
  if (isBuilt) {
    await fastify.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        reply.header('cache-control', cacheControl(path))
      },
    })
  }
  fastify.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    if (/^\/(api|assets|health)(\/|$)/.test(path)) {
      const { status, message, code } = new AppError('not_found', `There is nothing at ${path}.`)
      return reply.status(status).send({ detail: message, code })
    }
    if (!isBuilt) return reply.status(503).type('text/plain; charset=utf-8').send(NOT_BUILT)
    return reply.sendFile('index.html')
  })
}

/** Files below assets/ carry their content's hash in their name, so they never change. */
function cacheControl(path: string): string {
  const isHashed = /[\\/]assets[\\/]/.test(path)
  return isHashed ? 'public, max-age=31536000, immutable' : 'no-cache'
}
