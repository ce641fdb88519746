import { Router } from 'express'
import { storePhoto } from './photos.ts'

export function inventoryRoutes(): Router {
  const router = Router()
  router.post('/:id/photo', async (request, response) => {
    await storePhoto(request.params.id, Buffer.from('not really a photo'))
    response.status(201).end()
  })
  return router
}
