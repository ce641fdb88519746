export class StockError extends Error {
  override readonly name = 'StockError'
  readonly productId: number
  readonly available: number

  constructor(productId: number, available: number) {
    super(`Only ${available} of product ${productId} are left`)
    this.productId = productId
    this.available = available
  }
}

export class CheckoutError extends Error {
  override readonly name = 'CheckoutError'
}

/** Fails by what another part of the shop reports, which becomes the cause. */
export function placeOrder(cart: string): never {
  try {
    reserveStock(2, 3)
  } catch (cause) {
    throw new CheckoutError(`The order of cart ${cart} could not be placed`, { cause })
  }
}

function reserveStock(productId: number, quantity: number): never {
  const available = quantity - 1
  throw new StockError(productId, available)
}
