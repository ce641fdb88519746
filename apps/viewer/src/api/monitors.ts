import type { Monitor } from '@mayday/protocol/api/monitors'
import { queryOptions } from '@tanstack/react-query'
import { get, path } from './client.ts'

const POLL_MS = 10_000

export function monitorsQuery(organization: string, project: string) {
  return queryOptions({
    queryKey: ['monitors', organization, project],
    queryFn: ({ signal }) =>
      get<Monitor[]>(path`/projects/${organization}/${project}/monitors/`, signal),
    refetchInterval: POLL_MS,
  })
}
