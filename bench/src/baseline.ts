import fastify from 'fastify'

/** The least a server can do with an event: take the body whole and answer. Prints its port. */
const server = fastify()
server.removeAllContentTypeParsers()
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
server.post('/api/:project/envelope/', async () => ({ id: '0'.repeat(32) }))
await server.listen({ port: 0, host: '127.0.0.1' })
const address = server.server.address()
if (typeof address === 'object') process.stdout.write(`port ${address?.port}\n`)
