import type { ProjectOutcomes } from '@mayday/protocol/api/outcomes'
import { queryOptions } from '@tanstack/react-query'
import { get, path, queryString } from './client.ts'
import type { Period } from './issue-filter.ts'

const POLL_MS = 10_000

export function outcomesQuery(organization: string, project: string, statsPeriod: Period) {
  const interval = statsPeriod === '24h' ? 'hour' : 'day'
  const parameters = queryString({ statsPeriod, interval })
  return queryOptions({
    queryKey: ['outcomes', organization, project, statsPeriod],
    queryFn: ({ signal }) =>
      get<ProjectOutcomes>(
        path`/projects/${organization}/${project}/outcomes/` + parameters,
        signal,
      ),
    refetchInterval: POLL_MS,
  })
}
