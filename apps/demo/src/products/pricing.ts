import type { Product } from './catalogue.ts'

export type Quote = { product: string; total: number }

/** Trusts the catalogue to have a price for everything. */
export function quote(product: Product, quantity: number): Quote {
  return { product: product.name, total: unitPrice(product) * quantity }
}

function unitPrice(product: Product): number {
  const { price } = product as Required<Product>
  return price.amount
}
