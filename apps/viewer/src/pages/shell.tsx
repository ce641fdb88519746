import { Outlet } from '@tanstack/react-router'
import { PasswordBanner } from './password-banner.tsx'

/** What surrounds every page of a signed-in person. The page brings its own top bar. */
export function Shell() {
  return (
    <>
      <a className="btn skip" href="#content">
        Skip to the content
      </a>
      <PasswordBanner />
      <Outlet />
    </>
  )
}
