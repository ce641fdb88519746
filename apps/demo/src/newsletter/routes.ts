import { Router } from 'express'
import { scheduleConfirmation } from './confirmation.ts'

export function newsletterRoutes(): Router {
  const router = Router()
  router.post('/', (request, response) => {
    scheduleConfirmation(request.body)
    response.status(202).json({ status: 'you will hear from us' })
  })
  return router
}
