import { once } from 'node:events'
import { createServer } from 'node:http'
import { expressErrorHandler } from '@mayday/node'
import express, { type Express } from 'express'
import { startPaymentProvider } from './checkout/payment-provider.ts'
import { checkoutRoutes } from './checkout/routes.ts'
import { identifyCustomer } from './customers/identify-customer.ts'
import { handleShopErrors } from './customers/shop-error.ts'
import { inventoryRoutes } from './inventory/routes.ts'
import { newsletterRoutes } from './newsletter/routes.ts'
import { connectDatabase } from './orders/database.ts'
import { orderRoutes } from './orders/routes.ts'
import { productRoutes } from './products/routes.ts'
import { reportRoutes } from './reports/routes.ts'

export type ShopSettings = {
  port: number
  /** PostgreSQL to lose the connection to; without one, a stand-in that hangs up is used. */
  databaseUrl?: string | undefined
}

/** Starts the shop on 127.0.0.1. All that it talks to is on this machine. */
export async function startShop({ port, databaseUrl }: ShopSettings): Promise<void> {
  const database = await connectDatabase(databaseUrl)
  const paymentUrl = await startPaymentProvider()
  const server = createServer(createShop(database, paymentUrl))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
}

function createShop(database: Parameters<typeof orderRoutes>[0], paymentUrl: string): Express {
  const app = express()
  // Express prints errors that nobody else answers; the shop's own handlers answer them all.
  app.set('env', 'production').disable('x-powered-by')
  app.use(express.json())
  app.use(identifyCustomer)
  app.get('/health', (_, response) => {
    response.json({ status: 'ok' })
  })
  app.use('/orders', orderRoutes(database))
  app.use('/products', productRoutes())
  app.use('/checkout', checkoutRoutes(paymentUrl))
  app.use('/reports', reportRoutes())
  app.use('/inventory', inventoryRoutes())
  app.use('/newsletter', newsletterRoutes())
  app.use(handleShopErrors)
  app.use(expressErrorHandler())
  return app
}
