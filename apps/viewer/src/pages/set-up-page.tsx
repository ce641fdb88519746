import { getRouteApi } from '@tanstack/react-router'
import { SetUp } from './set-up.tsx'
import { TopBar } from './top-bar.tsx'

const route = getRouteApi('/signed-in/$organization/$project/set-up')

export function SetUpPage() {
  const { organization, project } = route.useParams()
  return (
    <>
      <TopBar organization={organization} project={project} page="set-up" />
      <main id="content" tabIndex={-1}>
        <title>{`Set up ${project} · Mayday`}</title>
        <SetUp organization={organization} project={project} waits={false} />
      </main>
    </>
  )
}
