import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, type Schemas } from '../../api/client.ts'
import type { bulkFilterOf } from './model/filter.ts'

export type BulkVerb = 'cancel' | 'retry' | 'delete'
export type BulkResult = Schemas['TaskResults']['results'][number]
export type BulkOutput = {
  done: number
  refused: number
  errors: { id: string; code: string; message: string }[]
}

/** The server takes at most 500 at a time. */
const MOST = 500

export function useBulk() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: async ({ verb, ids }: { verb: BulkVerb; ids: string[] }) => {
      const results: BulkResult[] = []
      for (let at = 0; at < ids.length; at += MOST) {
        const answer = await call(`POST /tasks/bulk/${verb}`, { body: { ids: ids.slice(at, at + MOST) } })
        results.push(...(answer as Schemas['TaskResults']).results)
      }
      return results
    },
    onSettled: () => void cache.invalidateQueries({ queryKey: ['tasks'] }),
  })
}

type ByFilter = { verb: BulkVerb; filter: ReturnType<typeof bulkFilterOf> & { status: string } }

/** Starts the run that changes all tasks of a filter. */
export const useBulkRun = () =>
  useMutation({
    mutationFn: ({ verb, filter }: ByFilter) =>
      call(`POST /tasks/bulk/${verb}`, { body: { filter } }) as unknown as Promise<{ runId: string }>,
  })

const POLL_MS = 700
const ENDS = ['succeeded', 'failed', 'cancelled']

/** The run, and how many tasks it has changed so far. */
export const useRunReport = (runId: string) =>
  useQuery({
    queryKey: ['run', runId, 'report'],
    refetchInterval: ({ state }) => (ENDS.includes(state.data?.run.status ?? '') ? false : POLL_MS),
    queryFn: async () => {
      const run = await call('GET /runs/{id}', { params: { id: runId }, query: { include: 'output' } })
      if (ENDS.includes(run.status)) return { run, report: run.output as BulkOutput | null }
      const step = await call('GET /runs/{id}/nodes/{path}', {
        params: { id: runId, path: 'change' },
      }).catch(() => null)
      return { run, report: (step?.output ?? null) as BulkOutput | null }
    },
  })
