import type { Organization, Project, ProjectKey } from '@mayday/protocol/api/projects'
import { queryOptions } from '@tanstack/react-query'
import { get, path } from './client.ts'

const PROJECTS_STALE_MS = 60_000

export const organizationsQuery = queryOptions({
  queryKey: ['organizations'],
  queryFn: ({ signal }) => get<Organization[]>('/organizations/', signal),
  staleTime: PROJECTS_STALE_MS,
})

/** Every project that the signed-in person may see, over all organisations. */
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async ({ client, signal }) => {
    const organizations = await client.ensureQueryData(organizationsQuery)
    const lists = await Promise.all(
      organizations.map(({ slug }) =>
        get<Project[]>(`${path`/organizations/${slug}/projects/`}?per_page=100`, signal),
      ),
    )
    return lists.flatMap((projects, index) =>
      projects.map((project) => ({
        organization: organizations[index]?.slug ?? '',
        slug: project.slug,
        name: project.name,
      })),
    )
  },
  staleTime: PROJECTS_STALE_MS,
})

export function environmentsQuery(organization: string, project: string) {
  return queryOptions({
    queryKey: ['environments', organization, project],
    queryFn: ({ signal }) =>
      get<{ name: string }[]>(path`/projects/${organization}/${project}/environments/`, signal),
    staleTime: PROJECTS_STALE_MS,
  })
}

export function projectKeysQuery(organization: string, project: string) {
  return queryOptions({
    queryKey: ['project-keys', organization, project],
    queryFn: ({ signal }) =>
      get<ProjectKey[]>(path`/projects/${organization}/${project}/keys/`, signal),
    staleTime: PROJECTS_STALE_MS,
  })
}

const LAST_PROJECT_KEY = 'mayday-last-project'

/** The project looked at last in this browser: where `/` leads. */
export function lastProject(): string | null {
  try {
    return localStorage.getItem(LAST_PROJECT_KEY)
  } catch {
    return null // Storage may be switched off: `/` then leads to the first project.
  }
}

export function rememberProject(organization: string, project: string): void {
  try {
    localStorage.setItem(LAST_PROJECT_KEY, `${organization}/${project}`)
  } catch {
    // As above.
  }
}
