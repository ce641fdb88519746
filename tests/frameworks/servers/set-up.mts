// The lines of set-up as programs in TypeScript write them. It is only compiled.
import { createServer } from 'node:http'
import * as Mayday from '@mayday/node'
import express from 'express'
import fastify4 from 'fastify-4'
import fastify5 from 'fastify-5'
import { Hono } from 'hono'
import Koa from 'koa'

createServer(
  Mayday.wrapRequestListener(async (request, response) => {
    response.end(request.url)
  }),
)
Mayday.setupExpressErrorHandler(express())
Mayday.setupFastifyErrorHandler(fastify4())
Mayday.setupFastifyErrorHandler(fastify5())
Mayday.setupKoaErrorHandler(new Koa())
Mayday.setupKoaErrorHandler(new Koa<{ user: string }>())
Mayday.setupHonoErrorHandler(new Hono())
Mayday.setupHonoErrorHandler(new Hono<{ Variables: { user: string } }>())
