import type { FastifyReply, FastifyRequest } from 'fastify'
import { SESSION_LIFETIME_DAYS } from './caller.ts'

const LIFETIME_SECONDS = SESSION_LIFETIME_DAYS * 86_400

export function readSessionCookie(request: FastifyRequest, publicUrl: string): string | undefined {
  return request.cookies[cookieName(publicUrl)]
}

export function setSessionCookie(reply: FastifyReply, publicUrl: string, secret: string): void {
  void reply.setCookie(cookieName(publicUrl), secret, {
    ...cookieOptions(publicUrl),
    maxAge: LIFETIME_SECONDS,
  })
}

export function clearSessionCookie(reply: FastifyReply, publicUrl: string): void {
  void reply.clearCookie(cookieName(publicUrl), cookieOptions(publicUrl))
}

/** `__Host-` binds the cookie to this very host, but browsers accept it over https only. */
function cookieName(publicUrl: string): string {
  return isHttps(publicUrl) ? '__Host-mayday_session' : 'mayday_session'
}

function cookieOptions(publicUrl: string) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isHttps(publicUrl) } as const
}

function isHttps(publicUrl: string): boolean {
  return publicUrl.startsWith('https:')
}
