import * as Mayday from '@mayday/node'
import { Router } from 'express'
import { chargeCart } from './payment.ts'
import { placeOrder } from './place-order.ts'

export function checkoutRoutes(paymentUrl: string): Router {
  const router = Router()
  router.post('/:cart/payment', async (request, response) => {
    Mayday.addBreadcrumb({ category: 'checkout', message: 'payment started', level: 'info' })
    response.json(await chargeCart(paymentUrl, request.params.cart))
  })
  router.post('/:cart/order', (request) => placeOrder(request.params.cart))
  router.post('/:cart/coupon', (request, response) => {
    response.json({ discount: discountOf(request.body?.code) })
  })
  return router
}

/** An error that the shop expects and lives with: no coupon, no discount. */
function discountOf(code: unknown): number {
  try {
    return JSON.parse(Buffer.from(String(code), 'base64url').toString()).percent
  } catch (error) {
    console.warn(`coupon ${code} cannot be read: ${(error as Error).message}`)
    return 0
  }
}
