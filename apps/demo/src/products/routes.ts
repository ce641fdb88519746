import { Router } from 'express'
import { findProduct, loadSale } from './catalogue.ts'
import { quote } from './pricing.ts'
import { addToWishlist } from './wishlist.ts'

export function productRoutes(): Router {
  const router = Router()
  router.get('/sale', (_, response) => {
    response.json(loadSale())
  })
  router.get('/:id', (request, response) => {
    response.json({ name: findProduct(request.params.id).name })
  })
  router.get('/:id/quote', (request, response) => {
    const quantity = Number(request.query.quantity ?? 1)
    response.json(quote(findProduct(request.params.id), quantity))
  })
  router.post('/:id/wish', async (request, response) => {
    response.json(await addToWishlist(findProduct(request.params.id)))
  })
  return router
}
