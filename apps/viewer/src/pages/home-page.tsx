import { useQuery } from '@tanstack/react-query'
import { Navigate } from '@tanstack/react-router'
import { lastProject, projectsQuery } from '../api/projects.ts'
import { Failed, Loading } from '../ui/states.tsx'
import { TopBar } from './top-bar.tsx'

/** `/` is no page: it leads to the project looked at last, or to the first. */
export function HomePage() {
  const projects = useQuery(projectsQuery)
  const last = lastProject()
  const found =
    projects.data?.find((one) => `${one.organization}/${one.slug}` === last) ?? projects.data?.[0]
  if (found) {
    const params = { organization: found.organization, project: found.slug }
    return <Navigate to="/$organization/$project/issues" params={params} replace />
  }
  return (
    <>
      <TopBar />
      <main id="content" tabIndex={-1}>
        {projects.error ? (
          <Failed
            error={projects.error}
            retry={() => void projects.refetch()}
            what="the projects"
          />
        ) : projects.data === undefined ? (
          <Loading what="the projects" />
        ) : (
          <div className="notice">
            <h1>No project yet</h1>
            <p>
              Make one on the server: <code>mayday project create ORGANIZATION/PROJECT</code>
            </p>
          </div>
        )}
      </main>
    </>
  )
}
