import { ShopError } from '../customers/shop-error.ts'
import type { OrderDatabase } from './database.ts'

export type Order = { id: number; total: number }

export async function loadOrder(database: OrderDatabase, id: string): Promise<Order> {
  const number = Number(id)
  if (!Number.isInteger(number)) throw new ShopError(400, `${id} is not an order number`)
  console.info(`loading order ${number}`)
  return await database.findOrder(number)
}
