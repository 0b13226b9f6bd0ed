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
import { RANGES, type Range, type UserSearch } from './model/search.ts'

export type AdminUser = Schemas['AdminUser']
export type StuckRun = Schemas['StuckRun']

const REFRESH_MS = 10_000

/** An action of the admin side: afterwards, everything here is read again. */
export function useAdminAction<Input, Result>(act: (input: Input) => Promise<Result>, isQuiet = false) {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: isQuiet },
    mutationFn: act,
    onSettled: () => void cache.invalidateQueries({ queryKey: ['admin'] }),
  })
}

export const useStats = (last: Range) =>
  useQuery({
    queryKey: ['admin', 'stats', last],
    placeholderData: keepPreviousData,
    refetchInterval: 3 * REFRESH_MS,
    queryFn: () => {
      const { ms, bucket } = RANGES[last]
      return call('GET /admin/stats', {
        query: { from: new Date(serverNow() - ms).toISOString(), bucket },
      })
    },
  })

export const useQueueFigures = () =>
  useQuery({
    queryKey: ['admin', 'queues'],
    refetchInterval: REFRESH_MS,
    queryFn: () => call('GET /admin/queues'),
  })

export const useUsers = (search: UserSearch) =>
  useInfiniteQuery({
    queryKey: ['admin', 'users', search],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /admin/users', { query: { ...search, limit: 100, count: 'true', ...pageAfter(pageParam) } }),
  })

export const useUser = (id: string) =>
  useQuery({
    queryKey: ['admin', 'user', id],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /admin/users/{id}', { params: { id } })
      return { user: answer, etag: headers.get('etag') ?? '' }
    },
  })

export const createUser = ({ body, key }: { body: Schemas['CreateUser']; key: string }) =>
  call('POST /admin/users', { body, idempotencyKey: key })

export const useStuckRuns = () =>
  useInfiniteQuery({
    queryKey: ['admin', 'stuck'],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /admin/runs/stuck', { query: { limit: 100, count: 'true', ...pageAfter(pageParam) } }),
    refetchInterval: REFRESH_MS,
  })
