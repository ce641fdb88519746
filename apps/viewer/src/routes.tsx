import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  type ErrorComponentProps,
  Outlet,
  redirect,
  useRouter,
} from '@tanstack/react-router'
import { accountQuery } from './api/account.ts'
import { ApiError } from './api/client.ts'
import { ErrorPage } from './pages/error-page.tsx'
import { HomePage } from './pages/home-page.tsx'
import { IssuePage } from './pages/issue-page.tsx'
import { IssuesPage } from './pages/issues-page.tsx'
import { readListSearch, readPeriod } from './pages/list-search.ts'
import { MonitorsPage } from './pages/monitors-page.tsx'
import { OutcomesPage } from './pages/outcomes-page.tsx'
import { SetUpPage } from './pages/set-up-page.tsx'
import { Shell } from './pages/shell.tsx'
import { SignInPage } from './pages/sign-in-page.tsx'
import { Failed } from './ui/states.tsx'

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: PageFailed,
  notFoundComponent: PageNotFound,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: readText('next'),
  component: SignInPage,
})

const signedIn = createRoute({
  getParentRoute: () => root,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(accountQuery)
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      throw redirect({
        to: '/sign-in',
        search: location.href === '/' ? {} : { next: location.href },
      })
    }
  },
  component: Shell,
})

const home = createRoute({ getParentRoute: () => signedIn, path: '/', component: HomePage })
const issues = createRoute({
  getParentRoute: () => signedIn,
  path: '/$organization/$project/issues',
  validateSearch: readListSearch,
  component: IssuesPage,
})
const monitors = createRoute({
  getParentRoute: () => signedIn,
  path: '/$organization/$project/monitors',
  component: MonitorsPage,
})
const outcomes = createRoute({
  getParentRoute: () => signedIn,
  path: '/$organization/$project/outcomes',
  validateSearch: readPeriod,
  component: OutcomesPage,
})
const setUp = createRoute({
  getParentRoute: () => signedIn,
  path: '/$organization/$project/set-up',
  component: SetUpPage,
})
const issue = createRoute({
  getParentRoute: () => signedIn,
  path: '/$organization/issues/$issueId',
  validateSearch: readText('event'),
  component: IssuePage,
})
const issueEvent = createRoute({
  getParentRoute: () => signedIn,
  path: '/$organization/issues/$issueId/events/$eventId',
  component: IssuePage,
})
const error = createRoute({
  getParentRoute: () => signedIn,
  path: '/e/$errorId',
  component: ErrorPage,
})

export function makeRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: root.addChildren([
      signIn,
      signedIn.addChildren([home, issues, monitors, outcomes, setUp, issue, issueEvent, error]),
    ]),
    context: { queryClient },
    trailingSlash: 'preserve',
    scrollRestoration: true,
    // The router would read `query=42` as a number and write words in quotes.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const kept = Object.entries(search).filter(([, value]) => typeof value === 'string')
      const text = new URLSearchParams(kept as [string, string][]).toString()
      return text === '' ? '' : `?${text}`
    },
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
  interface HistoryState {
    /** On an issue's page: address of the list it was opened from, with its filters. */
    listHref?: string
  }
}

function readText<Name extends string>(name: Name) {
  return (raw: Record<string, unknown>): { [key in Name]?: string } => {
    const value = raw[name]
    return (typeof value === 'string' ? { [name]: value } : {}) as { [key in Name]?: string }
  }
}

function PageFailed({ error: cause, reset }: ErrorComponentProps) {
  const router = useRouter()
  const retry = () => {
    reset()
    void router.invalidate()
  }
  return (
    <main>
      <Failed
        error={cause instanceof Error ? cause : new Error(String(cause))}
        retry={retry}
        what="the page"
      />
    </main>
  )
}

function PageNotFound() {
  return (
    <main className="notice">
      <h1>There is no such page</h1>
      <p>
        <a className="link" href="/">
          Go to the issues
        </a>
      </p>
    </main>
  )
}
