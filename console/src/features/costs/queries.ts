import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, callWithHeaders, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { bucketOf, type OverviewSearch, previousOf, queryOf, type RowSearch } from './model/filter.ts'

export type Cost = Schemas['Cost']
export type Summary = Schemas['Summary']
export type Group = Summary['groups'][number]

const PAGE = 100
const MOST_GROUPS = 1_000
/** A chart needs few cells. More pages than these are part of `all others`. */
const MOST_PAGES = 5

const includeOf = ({ jobs }: OverviewSearch) => (jobs ? ({ include: 'jobs' } as const) : {})

/** The sum of the period, and that of as many days directly before. */
export const useTotals = (search: OverviewSearch) =>
  useQuery({
    queryKey: ['costs', 'total', search],
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const query = { ...queryOf(search, serverNow()), ...includeOf(search) }
      const [now, before] = await Promise.all([
        call('GET /costs/total', { query }),
        call('GET /costs/total', { query: { ...query, ...previousOf(query) } }),
      ])
      return { now, before }
    },
  })

/** The groups, page by page, the highest cost first. */
export const useGroups = (search: OverviewSearch, by: string) =>
  useInfiniteQuery({
    queryKey: ['costs', 'groups', search, by],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /costs/summary', {
        query: {
          ...queryOf(search, serverNow()),
          ...includeOf(search),
          groupBy: by,
          limit: 20,
          ...pageAfter(pageParam),
        },
      }),
  })

/** What the chart needs: the sums over time, and the parts of them. */
export const useSeries = (search: OverviewSearch, by: string) =>
  useQuery({
    queryKey: ['costs', 'series', search, by],
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const now = serverNow()
      const period = queryOf(search, now)
      const bucket = bucketOf(search, now)
      const query = { ...period, ...includeOf(search), limit: MOST_GROUPS }
      const [sums, cells] = await Promise.all([allGroups(query, bucket), allGroups(query, `${bucket},${by}`)])
      return { period, bucket, by, sums, cells }
    },
  })

async function allGroups(query: object, groupBy: string): Promise<Group[]> {
  const groups: Group[] = []
  let cursor: string | null = ''
  for (let page = 0; page < MOST_PAGES && cursor !== null; page++) {
    const answer: Summary = await call('GET /costs/summary', {
      query: { ...query, groupBy, ...pageAfter(cursor) },
    })
    groups.push(...answer.groups)
    cursor = answer.nextCursor
  }
  return groups
}

export const useForecast = (search: OverviewSearch) =>
  useQuery({
    queryKey: ['costs', 'forecast', search],
    placeholderData: keepPreviousData,
    queryFn: () => {
      const { from: _, to: __, ...fields } = queryOf(search, serverNow())
      return call('GET /costs/forecast', { query: fields })
    },
  })

export const useCosts = (search: RowSearch) =>
  useInfiniteQuery({
    queryKey: ['costs', 'rows', search],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /costs', {
        query: {
          ...queryOf(search, serverNow()),
          ...(search.q && { q: search.q }),
          ...(search.currency && { currency: search.currency }),
          ...(search.sort && { sort: search.sort }),
          limit: PAGE,
          count: 'true',
          ...pageAfter(pageParam),
        },
      }),
  })

export const useCost = (id: string) =>
  useQuery({
    queryKey: ['costs', 'row', id],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /costs/{id}', { params: { id } })
      return { cost: answer, etag: headers.get('etag') ?? '' }
    },
  })

export function useRefreshCosts() {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries({ queryKey: ['costs'] })
}

export function useSaveCost() {
  const refresh = useRefreshCosts()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateCost']; key: string }) =>
      call('POST /costs', { body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useDeleteCost() {
  const refresh = useRefreshCosts()
  return useMutation({
    mutationFn: ({ id, etag }: { id: string; etag: string }) =>
      call('DELETE /costs/{id}', { params: { id }, ifMatch: etag }),
    onSuccess: refresh,
  })
}

export function useCorrectCost(id: string) {
  const refresh = useRefreshCosts()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, etag }: { body: Schemas['UpdateCost']; etag: string }) =>
      call('PATCH /costs/{id}', { params: { id }, body, ifMatch: etag }),
    onSuccess: refresh,
  })
}
