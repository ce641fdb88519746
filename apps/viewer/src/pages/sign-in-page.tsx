import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { useSignIn } from '../api/account.ts'
import { ApiError } from '../api/client.ts'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { next } = route.useSearch()
  const router = useRouter()
  const signIn = useSignIn()
  const [byLink, setByLink] = useState(() => window.location.hash.startsWith('#link='))
  const started = useRef(false)
  const enter = () => router.history.push(safePath(next))

  useEffect(() => {
    if (started.current) return
    started.current = true
    const token = takeLinkToken()
    if (token === undefined) return
    signIn.mutate({ token }, { onSuccess: enter, onError: () => setByLink(false) })
  })
  return (
    <main className="gate">
      <title>Sign in · Mayday</title>
      <div className="logo">
        <i aria-hidden="true" />
        Mayday
      </div>
      <section className="panel">
        <h1>{byLink ? 'Signing you in…' : 'Sign in'}</h1>
        {!byLink && (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              const data = new FormData(event.currentTarget)
              const email = String(data.get('email'))
              const password = String(data.get('password'))
              signIn.mutate({ email, password }, { onSuccess: enter })
            }}
          >
            <label className="field">
              E-mail
              <input name="email" type="email" autoComplete="username" required />
            </label>
            <label className="field">
              Password
              <input name="password" type="password" autoComplete="current-password" required />
            </label>
            {signIn.error && (
              <p className="bad" role="alert">
                {refusal(
                  signIn.error,
                  signIn.variables !== undefined && 'token' in signIn.variables,
                )}
              </p>
            )}
            <button type="submit" className="btn primary" disabled={signIn.isPending}>
              Sign in
            </button>
            <p className="dim">
              The first owner comes by the one-time link that the server prints when it starts.
            </p>
          </form>
        )}
      </section>
    </main>
  )
}

/** The token is taken out of the address, so that it stays neither on the screen nor in the history. */
function takeLinkToken(): string | undefined {
  const token = /^#link=(.+)$/.exec(window.location.hash)?.[1]
  if (token === undefined) return undefined
  window.history.replaceState(window.history.state, '', window.location.pathname)
  return decodeURIComponent(token)
}

function refusal(error: Error, byLink: boolean): string {
  const isRefused = error instanceof ApiError && error.status > 0 && error.status < 500
  if (!byLink || !isRefused || error.status === 429) return error.message
  return 'This sign-in link was used before or is too old. Sign in with e-mail and password, or restart the server for a new link.'
}

/** Where to go after: only a path of this site, never another one. */
function safePath(next: string | undefined): string {
  return next !== undefined && /^\/(?![/\\])/.test(next) ? next : '/'
}
