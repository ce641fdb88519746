import * as Mayday from '@mayday/node'
import type { RequestHandler } from 'express'

const PLANS = ['free', 'plus', 'business'] as const

/** A shop would look into its session; the demo's customers say who they are. */
export const identifyCustomer: RequestHandler = (request, _response, next) => {
  const name = request.header('x-customer')
  if (name) {
    Mayday.setUser({ id: name, email: `${name}@customers.example` })
    Mayday.setTag('plan', PLANS[name.length % PLANS.length])
  }
  next()
}
