import 'reflect-metadata'
import { RequestMethod } from '@nestjs/common'
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js'
import { WEB_CONTROLLERS } from '../src/app.module.ts'
import { ACCESS, type Access } from '../src/http/access.ts'
import { HealthController } from '../src/http/health.controller.ts'

export type Route = {
  method: string
  /** With a slash in front and parameters as `:name`. */
  path: string
  /** Controller and method, for messages. */
  handler: string
  access: Access | undefined
}

/** Every route of every controller, as the decorators declare them. */
export function allRoutes(): Route[] {
  return [HealthController, ...WEB_CONTROLLERS].flatMap((controller) => {
    const prototype = controller.prototype as unknown as Record<string, unknown>
    const base = Reflect.getMetadata(PATH_METADATA, controller) as string
    return Object.getOwnPropertyNames(prototype).flatMap((name): Route[] => {
      const handler = prototype[name]
      if (typeof handler !== 'function') return []
      const method: number | undefined = Reflect.getMetadata(METHOD_METADATA, handler)
      if (method === undefined) return []
      const paths = [Reflect.getMetadata(PATH_METADATA, handler)].flat() as string[]
      return paths.map((path) => ({
        method: RequestMethod[method] ?? '',
        path: `/${base}/${path}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'),
        handler: `${controller.name}.${name}`,
        access: Reflect.getMetadata(ACCESS, handler) as Access | undefined,
      }))
    })
  })
}
