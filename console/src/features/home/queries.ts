import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call, newIdempotencyKey } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'

const REFRESH_MS = 10_000

export const RANGES = {
  '1h': { name: '1 h', ms: 3_600_000, bucket: 'minute' },
  '24h': { name: '24 h', ms: 86_400_000, bucket: 'hour' },
  '7d': { name: '7 d', ms: 7 * 86_400_000, bucket: 'hour' },
  '30d': { name: '30 d', ms: 30 * 86_400_000, bucket: 'day' },
} as const
export type Range = keyof typeof RANGES

export const useFigures = (range: Range) =>
  useQuery({
    queryKey: ['runs', 'series', 'overview', range],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: async () => {
      const { ms, bucket } = RANGES[range]
      const to = serverNow()
      const from = to - ms
      const query = { from: new Date(from).toISOString(), to: new Date(to).toISOString(), bucket }
      return { from, to, bucket, series: await call('GET /workflows/metrics', { query }) }
    },
  })

export const useErrors = (range: Range) =>
  useQuery({
    queryKey: ['runs', 'errors', range],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: () =>
      call('GET /runs/errors', {
        query: { from: new Date(serverNow() - RANGES[range].ms).toISOString(), limit: 6 },
      }),
  })

export const useRecentWorkflows = () =>
  useQuery({
    queryKey: ['workflows', 'recent'],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: () =>
      call('GET /workflows', { query: { include: 'recent', limit: 20, sort: '-updatedAt', count: 'true' } }),
  })

export const useWaiting = () =>
  useQuery({
    queryKey: ['approvals', 'pending', 'overview'],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: () => call('GET /approvals', { query: { status: 'pending', limit: 5, count: 'true' } }),
  })

export const useUpcoming = () =>
  useQuery({
    queryKey: ['workflows', 'upcoming'],
    refetchInterval: 60_000,
    queryFn: () => call('GET /workflows/triggers/upcoming', { query: { limit: 5, each: 2 } }),
  })

/** The total number of the team's runs. */
export const useRunCount = () =>
  useQuery({
    queryKey: ['runs', 'counts', 'all'],
    queryFn: () => call('GET /runs/counts'),
    staleTime: 30_000,
  })

const LARGE_ORDER = {
  order: 'A-1002',
  lines: [
    { sku: 'lens', price: 120, quantity: 10 },
    { sku: 'tripod', price: 45, quantity: 1 },
  ],
}
const EXPENSE_TEMPLATE = 'Expense approval'

export type Started = { runId: string } | { workflowId: string }

/** Starts the sample workflow of a first start. A team without it gets the template that asks for an approval. */
export function useRunSample() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: async (): Promise<Started> => {
      const samples = await call('GET /workflows', { query: { tag: 'sample', limit: 100 } })
      const tour = samples.items.find((one) => one.name.startsWith('Tour'))
      if (tour) {
        const run = await call('POST /workflows/{id}/execute', {
          params: { id: tour.id },
          body: { input: LARGE_ORDER },
          idempotencyKey: newIdempotencyKey(),
        })
        return { runId: run.id }
      }
      const templates = await call('GET /workflows/templates', { query: { limit: 100 } })
      const template = templates.items.find((one) => one.name === EXPENSE_TEMPLATE) ?? templates.items[0]
      if (!template) throw new Error('the template does not exist')
      const made = await call('POST /workflows/templates/{id}/use', {
        params: { id: template.id },
        body: {},
        idempotencyKey: newIdempotencyKey(),
      })
      return { workflowId: made.id }
    },
    onSettled: () => void cache.invalidateQueries({ queryKey: ['workflows'] }),
  })
}
