import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import { z } from 'zod'

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>

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

export function openApiDocument(app: NestFastifyApplication, publicUrl: string): OpenAPIObject {
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
      const {
        $defs,
        $schema: _,
        ...converted
      } = z.toJSONSchema(schema, {
        io: schemaType,
        unrepresentable: 'any',
      })
      return { schema: converted, components: $defs ?? {} }
    },
  })
  const used = new Set<string>()
  for (const { path, operation } of operationsOf(document)) {
    describePath(path, operation)
    nameApart(operation, used)
  }
  return document
}

const METHODS = ['get', 'put', 'post', 'delete'] as const

function operationsOf(document: OpenAPIObject): { path: string; operation: OperationObject }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method]
      return operation ? [{ path, operation }] : []
    }),
  )
}

/** A handler of several paths is described for the first of them: this puts its path parameters right. */
function describePath(path: string, operation: OperationObject): void {
  const others = (operation.parameters ?? []).filter(
    (parameter) => !('in' in parameter) || parameter.in !== 'path',
  )
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path' as const,
    required: true,
    schema: { type: 'string' },
  }))
  operation.parameters = [...inPath, ...others]
}

/** Operation ids must be unique, though one handler may answer on two paths. */
function nameApart(operation: OperationObject, used: Set<string>): void {
  const name = operation.operationId ?? ''
  let unique = name
  for (let n = 2; used.has(unique); n += 1) unique = `${name}${n}`
  used.add(unique)
  operation.operationId = unique
}
