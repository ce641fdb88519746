import type { ErrorRequestHandler } from 'express'

/** What a customer did wrong, or asked for in vain: told to them, and nothing to repair. */
export class ShopError extends Error {
  override readonly name = 'ShopError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const handleShopErrors: ErrorRequestHandler = (error, _request, response, next) => {
  if (error instanceof ShopError) response.status(error.status).json({ message: error.message })
  else next(error)
}
