import '@fontsource/inter/latin-400.css'
import '@fontsource/inter/latin-500.css'
import '@fontsource/inter/latin-600.css'
import '@fontsource/inter/latin-700.css'
import '@fontsource/inter/latin-ext-400.css'
import '@fontsource/inter/latin-ext-600.css'
import '@fontsource/jetbrains-mono/latin-400.css'
import '@fontsource/jetbrains-mono/latin-500.css'
import '@fontsource/jetbrains-mono/latin-600.css'
import './theme.css'
import './ui/ui.css'
import './pages/pages.css'
import './issue/issue.css'
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { ApiError } from './api/client.ts'
import { makeRouter } from './routes.tsx'
import { ToastProvider } from './ui/toast.tsx'

const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
  defaultOptions: {
    queries: {
      // A refusal stays one; only a server that is away may come back.
      retry: (failures, error) =>
        failures < 2 && !(error instanceof ApiError && error.status > 0 && error.status < 500),
      staleTime: 2000,
    },
  },
})
const router = makeRouter(queryClient)

function leaveWhenSignedOut(error: Error): void {
  const { pathname, href } = router.state.location
  if (!(error instanceof ApiError) || error.status !== 401 || pathname === '/sign-in') return
  queryClient.removeQueries({ queryKey: ['account'] })
  void router.navigate({ to: '/sign-in', search: { next: href } })
}

const element = document.getElementById('root')
if (element === null) throw new Error('index.html has no #root')
createRoot(element).render(
  <QueryClientProvider client={queryClient}>
    <ToastProvider>
      <RouterProvider router={router} />
    </ToastProvider>
  </QueryClientProvider>,
)
