import type { Account, AccountUpdate } from '@mayday/protocol/api/account'
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { get, send } from './client.ts'

export const accountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => get<Account>('/users/me/', signal),
  staleTime: 60_000,
})

export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (by: { email: string; password: string } | { token: string }) =>
      send('POST', 'token' in by ? '/auth/link/' : '/auth/', by),
    // What another person saw in this tab must not stay.
    onSuccess: () => client.clear(),
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => send('DELETE', '/auth/'),
    onSuccess: () => client.clear(),
  })
}

export function useAccountUpdate() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (update: AccountUpdate) => send<Account>('PUT', '/users/me/', update),
    onSuccess: () => client.invalidateQueries({ queryKey: ['account'] }),
  })
}
