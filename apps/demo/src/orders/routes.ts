import { Router } from 'express'
import type { OrderDatabase } from './database.ts'
import { loadOrder } from './service.ts'

export function orderRoutes(database: OrderDatabase): Router {
  const router = Router()
  router.get('/:id', async (request, response) => {
    response.json(await loadOrder(database, request.params.id))
  })
  return router
}
