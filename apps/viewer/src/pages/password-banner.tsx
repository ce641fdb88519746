import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { accountQuery, useAccountUpdate } from '../api/account.ts'
import { useToast } from '../ui/toast.tsx'

const MIN_PASSWORD_LENGTH = 12

/** Whoever came by the sign-in link has no way back until there is an e-mail and a password. */
export function PasswordBanner() {
  const account = useQuery(accountQuery)
  const [open, setOpen] = useState(false)
  if (account.data === undefined) return null
  if (account.data.hasPassword && account.data.email !== null) return null
  return (
    <section className="banner" aria-label="Finish your account">
      {open ? (
        <BannerForm email={account.data.email ?? ''} />
      ) : (
        <div>
          <p>
            <b>You came by a sign-in link.</b> Set an e-mail address and a password to be able to
            come back.
          </p>
          <button type="button" className="btn small" onClick={() => setOpen(true)}>
            Set them
          </button>
        </div>
      )}
    </section>
  )
}

function BannerForm({ email }: { email: string }) {
  const update = useAccountUpdate()
  const toast = useToast()
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const data = new FormData(event.currentTarget)
        const values = { email: String(data.get('email')), password: String(data.get('password')) }
        update.mutate(values, { onSuccess: () => toast('E-mail and password are set') })
      }}
    >
      <label className="field">
        E-mail
        <input
          name="email"
          type="email"
          autoComplete="username"
          required
          defaultValue={email}
          // biome-ignore lint/a11y/noAutofocus: the form appears where the button to open it was
          autoFocus
        />
      </label>
      <label className="field">
        Password, at least {MIN_PASSWORD_LENGTH} characters
        <input
          name="password"
          type="password"
          autoComplete="new-password"
          required
          minLength={MIN_PASSWORD_LENGTH}
          maxLength={128}
        />
      </label>
      <button type="submit" className="btn primary" disabled={update.isPending}>
        Save
      </button>
      {update.error && (
        <p className="bad" role="alert">
          {update.error.message}
        </p>
      )}
    </form>
  )
}
