import type { Feedback } from '@mayday/protocol/api/feedback'
import type { Issue, IssueDetail, IssueStatus, ProjectOverview } from '@mayday/protocol/api/issues'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useToast } from '../ui/toast.tsx'
import { get, getPage, type Page, path, queryString, send } from './client.ts'
import type { IssueFilter, ProjectScope } from './issue-filter.ts'

const POLL_MS = 10_000
const WAITING_POLL_MS = 2000

export function issueListQuery(filter: IssueFilter) {
  const { organization, project, ...parameters } = filter
  return queryOptions({
    queryKey: ['issues', organization, project, parameters],
    queryFn: ({ signal }) =>
      getPage<Issue>(
        path`/projects/${organization}/${project}/issues/` +
          queryString({ ...parameters, limit: '25' }),
        signal,
      ),
    refetchInterval: POLL_MS,
    // While another page of the same project loads, the old rows stay.
    placeholderData: (before: Page<Issue> | undefined, query) =>
      query?.queryKey[1] === organization && query.queryKey[2] === project ? before : undefined,
  })
}

export function overviewQuery({ organization, project, ...parameters }: ProjectScope) {
  return queryOptions({
    queryKey: ['overview', organization, project, parameters],
    queryFn: ({ signal }) =>
      get<ProjectOverview>(
        path`/projects/${organization}/${project}/overview/` + queryString(parameters),
        signal,
      ),
    refetchInterval: ({ state }) => (state.data?.hasEvents === false ? WAITING_POLL_MS : POLL_MS),
    placeholderData: (before: ProjectOverview | undefined, query) =>
      query?.queryKey[1] === organization && query.queryKey[2] === project ? before : undefined,
  })
}

export function issueQuery(organization: string, issueId: string) {
  return queryOptions({
    queryKey: ['issue', organization, issueId],
    queryFn: ({ signal }) =>
      get<IssueDetail>(path`/organizations/${organization}/issues/${issueId}/`, signal),
    refetchInterval: POLL_MS,
  })
}

export function feedbackQuery(organization: string, issueId: string) {
  return queryOptions({
    queryKey: ['issue', organization, issueId, 'feedback'],
    queryFn: ({ signal }) =>
      get<Feedback[]>(path`/organizations/${organization}/issues/${issueId}/user-reports/`, signal),
  })
}

const DONE = { resolved: 'resolved', ignored: 'archived', unresolved: 'reopened' } as const

type Change = { issues: Pick<Issue, 'id' | 'shortId' | 'status'>[]; status: IssueStatus }

/** Changes the status of issues, says so, and offers to put each back to the status it had. */
export function useIssueStatus(organization: string) {
  const client = useQueryClient()
  const toast = useToast()
  const [revision, setRevision] = useState(0)
  const settle = async () => {
    await Promise.all(
      ['issues', 'overview', 'issue'].map((key) => client.invalidateQueries({ queryKey: [key] })),
    )
    setRevision((before) => before + 1)
  }
  const undo = async (issues: Change['issues']) => {
    try {
      for (const status of new Set(issues.map((issue) => issue.status))) {
        await putStatus(organization, idsOf(issues, status), status)
      }
      toast('Undone')
    } catch (error) {
      toast(`Not undone: ${error instanceof Error ? error.message : String(error)}`)
    }
    await settle()
  }
  const change = useMutation({
    mutationFn: ({ issues, status }: Change) =>
      putStatus(
        organization,
        issues.map((issue) => issue.id),
        status,
      ),
    onSuccess: (_answer, { issues, status }) => {
      const [only] = issues
      const what = issues.length === 1 && only ? only.shortId : `${issues.length} issues`
      toast(`${what} ${DONE[status]}`, () => void undo(issues))
      return settle()
    },
    onError: (error, { status }) => toast(`Not ${DONE[status]}: ${error.message}`),
  })
  return { change, revision }
}

function idsOf(issues: Change['issues'], status: IssueStatus): string[] {
  return issues.filter((issue) => issue.status === status).map((issue) => issue.id)
}

function putStatus(organization: string, ids: string[], status: IssueStatus) {
  const chosen = new URLSearchParams(ids.map((id) => ['id', id]))
  return send('PUT', `${path`/organizations/${organization}/issues/`}?${chosen}`, { status })
}
