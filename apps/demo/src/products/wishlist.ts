import type { Product } from './catalogue.ts'

export class WishlistUnavailable extends Error {
  override readonly name = 'WishlistUnavailable'
  readonly retryable = true
}

/** The promise is rejected, and nobody on the way catches it. */
export async function addToWishlist(product: Product): Promise<{ wished: number }> {
  const wishes = await readWishes()
  return { wished: wishes.push(product.id) }
}

function readWishes(): Promise<number[]> {
  return new Promise((_, reject) => {
    setImmediate(() => reject(new WishlistUnavailable('The wish list store is read-only')))
  })
}
