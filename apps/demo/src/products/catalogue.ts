import { createRequire } from 'node:module'
import { ShopError } from '../customers/shop-error.ts'

export type Product = { id: number; name: string; price?: { amount: number; currency: string } }

/** The last one was imported without a price. */
const PRODUCTS: Product[] = [
  { id: 1, name: 'Desk lamp', price: { amount: 3900, currency: 'EUR' } },
  { id: 2, name: 'Office chair', price: { amount: 18900, currency: 'EUR' } },
  { id: 3, name: 'Standing desk' },
]

export function findProduct(id: string): Product {
  const product = PRODUCTS.find((product) => product.id === Number(id))
  if (product === undefined) throw new ShopError(404, `There is no product ${id}`)
  return product
}

const require = createRequire(import.meta.url)

/** Loaded by the first customer who asks for it: its module has a syntax error. */
export function loadSale(): { name: string } {
  return require('../../fixtures/winter-sale.cjs')
}
