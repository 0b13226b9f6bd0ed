import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { type bulkFilterOf, queryOf, type RunFilter, spanOf } from './model/filter.ts'

export type RunRow = Schemas['ExecutionSummary']
const PAGE = 100
const REFRESH_MS = 10_000

export const useRuns = (filter: RunFilter) =>
  useInfiniteQuery({
    queryKey: ['runs', filter],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /runs', {
        query: {
          ...queryOf(filter, serverNow()),
          limit: PAGE,
          ...(filter.status && { status: filter.status }),
          ...pageAfter(pageParam),
        },
      }),
  })

/** Counts by status, ignoring the status filter: each chip shows what it would select. */
export const useCounts = (filter: RunFilter) => {
  const { status: _, ...others } = filter
  return useQuery({
    queryKey: ['runs', 'counts', others],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: () => call('GET /runs/counts', { query: queryOf(others, serverNow()) }),
  })
}

export const useSeries = (filter: RunFilter) => {
  const { last, from, to, workflow } = filter
  return useQuery({
    queryKey: ['runs', 'series', last, from, to, workflow],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: async () => {
      const span = spanOf(filter, serverNow())
      const series = await call('GET /workflows/metrics', {
        query: {
          from: new Date(span.from).toISOString(),
          to: new Date(span.to).toISOString(),
          bucket: span.bucket,
          ...(workflow && { workflowId: workflow }),
        },
      })
      return { ...span, series }
    },
  })
}

export const useWorkflowNames = () =>
  useQuery({
    queryKey: ['workflows', 'names'],
    staleTime: 60_000,
    queryFn: () => call('GET /workflows', { query: { limit: 100, sort: 'name' } }),
  })

export type BulkVerb = 'cancel' | 'rerun' | 'retry'
export type BulkResult = Schemas['BulkRunResults']['results'][number]

/** Some runs, or all that match the filter now. */
export type BulkChoice = { ids: string[] } | { filter: ReturnType<typeof bulkFilterOf> }

type Bulk = { verb: BulkVerb; choice: BulkChoice; onProgress: (done: number) => void }

export function useBulk() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: async ({ verb, choice, onProgress }: Bulk) => {
      const results: BulkResult[] = []
      let cursor: string | null = null
      do {
        const at = results.length
        const body: object =
          'ids' in choice
            ? { ids: choice.ids.slice(at, at + PAGE) }
            : { ...choice, ...(cursor !== null && { cursor }) }
        const answer: Schemas['BulkRunResults'] = await call(`POST /runs/bulk/${verb}`, {
          body: body as never,
        })
        results.push(...answer.results)
        cursor = answer.nextCursor
        onProgress(results.length)
      } while ('ids' in choice ? results.length < choice.ids.length : cursor !== null)
      return results
    },
    onSettled: () => void cache.invalidateQueries({ queryKey: ['runs'] }),
  })
}
