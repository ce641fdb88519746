import { Router } from 'express'
import { exportOrders } from './export.ts'
import { yearlyReport } from './yearly-report.ts'

export function reportRoutes(): Router {
  const router = Router()
  router.get('/export', async (_, response) => {
    await exportOrders()
    response.status(204).end()
  })
  router.get('/yearly/:year', async (request, response) => {
    response.json(await yearlyReport(Number(request.params.year)))
  })
  // Nothing is thrown here: the shop only says that it failed.
  router.get('/daily/:day', (request, response) => {
    response.status(500).json({ message: `no figures for ${request.params.day}` })
  })
  return router
}
