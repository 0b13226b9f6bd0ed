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
import { queryOf, type RowSearch } from './model/filter.ts'

export type Usage = Schemas['Usage']

export const useUsageRows = ({ q, sort, currency: _, ...filter }: RowSearch) =>
  useInfiniteQuery({
    queryKey: ['usage', 'rows', filter, q, sort],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /usage', {
        query: {
          ...queryOf(filter, serverNow()),
          ...(q && { q }),
          ...((sort === 'date' || sort === '-date') && { sort }),
          limit: 100,
          count: 'true',
          ...pageAfter(pageParam),
        },
      }),
  })

export const useUsageTotal = ({ q: _, sort: __, currency: ___, ...filter }: RowSearch) =>
  useQuery({
    queryKey: ['usage', 'total', filter],
    placeholderData: keepPreviousData,
    queryFn: () => call('GET /usage/total', { query: queryOf(filter, serverNow()) }),
  })

function useRefresh() {
  const cache = useQueryClient()
  return () => {
    for (const key of ['usage', 'costs']) void cache.invalidateQueries({ queryKey: [key] })
  }
}

export function useSaveUsage() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateUsage']; key: string }) =>
      call('POST /usage', { body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useDeleteUsage() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: ({ id, version }: Pick<Usage, 'id' | 'version'>) =>
      call('DELETE /usage/{id}', { params: { id }, ifMatch: `"${version}"` }),
    onSettled: refresh,
  })
}
