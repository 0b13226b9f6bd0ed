import { useQuery } from '@tanstack/react-query'
import { call } from '../../api/client.ts'

export const useMe = () =>
  useQuery({ queryKey: ['me'], queryFn: () => call('GET /auth/me'), staleTime: 60_000 })

export const useTeams = () =>
  useQuery({
    queryKey: ['teams'],
    queryFn: () => call('GET /teams', { query: { limit: 100 } }),
    staleTime: 60_000,
  })

/** The number of waiting approvals. */
export const useWaitingCount = () =>
  useQuery({
    queryKey: ['approvals', 'waiting-count'],
    queryFn: async () =>
      (await call('GET /approvals', { query: { status: 'pending', limit: 1, count: 'true' } })).total ?? 0,
    refetchInterval: 15_000,
  })
