import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { z } from 'zod'

const DESCRIPTION = `Sentry's web API, as far as Mayday has what it is about, with fields of Mayday's own.
Send a token as \`Authorization: Bearer mdy_…\`; pages of the viewer use the session cookie.
Errors are \`{"detail": "a sentence", "code": "a_word"}\`. Lists have a \`Link\` header with the pages
before and after. A trailing slash is optional everywhere.`

/** Serves the description of the web API, made from the routes and their schemas at the first request. */
export function serveOpenApi(app: NestFastifyApplication, publicUrl: string): void {
  let document: OpenAPIObject | undefined
  app
    .getHttpAdapter()
    .getInstance()
    .get('/api/0/openapi.json', () => {
      document ??= openApiDocument(app, publicUrl)
      return document
    })
}

export function openApiDocument(
  app: NestFastifyApplication,
  publicUrl: string,
): OpenAPIObject {
  const settings = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Mayday')
    .setDescription(DESCRIPTION)
    .setVersion('0')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer(publicUrl)
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build()
  const document = SwaggerModule.createDocument(app, settings, {
    operationIdFactory: (controller, method) => `${controller.replace('Controller', '')}.${method}`,
    standardSchemaConverter: (schema, { schemaType }) => {
      if (!(schema instanceof z.ZodType)) return undefined
      const { $defs, $schema: _, ...converted } = z.toJSONSchema(schema, {
        io: schemaType,
        unrepresentable: 'any',
      })
      return { schema: converted, components: $defs ?? {} }
    },
  })
  nameOperationsApart(document)
  return document
}

const METHODS = ['get', 'put', 'post', 'delete'] as const

/** One handler may answer on two paths; operation ids must be unique all the same. */
function nameOperationsApart(document: OpenAPIObject): void {
  const used = new Set<string>()
  for (const path of Object.values(document.paths)) {
    for (const operation of METHODS.map((method) => path[method])) {
      if (operation?.operationId === undefined) continue
      const name = operation.operationId
      for (let n = 2; used.has(operation.operationId); n += 1) operation.operationId = `${name}${n}`
      used.add(operation.operationId)
    }
  }
}
