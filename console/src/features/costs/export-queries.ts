import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type Schemas } from '../../api/client.ts'
import { pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'

export type Schedule = Schemas['ExportSchedule']

const ACTIVE_MS = 1_500
const IDLE_MS = 30_000
const isActive = (one: Schedule | null | undefined): boolean =>
  one?.lastRun?.status === 'running' || one?.lastRun?.status === 'retrying'

/** Null if there is none. */
export const useSchedule = () =>
  useQuery({
    queryKey: ['costs-schedule'],
    queryFn: () =>
      call('GET /costs/export/schedule').catch((error: unknown) => {
        if (asProblem(error).status === 404) return null
        throw error
      }),
    refetchInterval: ({ state }) => (isActive(state.data) ? ACTIVE_MS : IDLE_MS),
  })

function useRefresh() {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries({ queryKey: ['costs-schedule'] })
}

export function useSetSchedule() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['SetExportSchedule']) => call('PUT /costs/export/schedule', { body }),
    onSettled: refresh,
  })
}

export function useRunSchedule() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (key: string) => call('POST /costs/export/schedule/run', { idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useDeleteSchedule() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: () => call('DELETE /costs/export/schedule'),
    onSettled: refresh,
  })
}

export const useIntegrationsOfType = (type: 'aws-s3', isEnabled = true) =>
  useQuery({
    queryKey: ['integrations', 'of', type],
    enabled: isEnabled,
    queryFn: async () => {
      const all: Schemas['Integration'][] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: Schemas['IntegrationPage'] = await call('GET /users/integrations', {
          query: { type, limit: 100, ...pageAfter(cursor) },
        })
        all.push(...page.items)
        cursor = page.nextCursor
      }
      return all
    },
  })
