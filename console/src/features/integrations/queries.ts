import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, callWithHeaders, type Query, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import type { IntegrationFilter } from './model/filter.ts'

export type Integration = Schemas['Integration']
export type IntegrationTest = Schemas['IntegrationTest']
export type Usage = Schemas['IntegrationUsage']

/** Types only change with a new version of the server. */
export const useTypes = () =>
  useQuery({
    queryKey: ['integrations', 'types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await call('GET /users/integrations/types')).items,
  })

export const useIntegrations = ({ q, type, status }: IntegrationFilter) =>
  useInfiniteQuery({
    queryKey: ['integrations', 'list', q, type, status],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /users/integrations', {
        query: {
          ...({ q, type, status } as Query<'GET /users/integrations'>),
          sort: 'name',
          limit: 50,
          count: 'true',
          ...pageAfter(pageParam),
        },
      }),
  })

export const useIntegration = (id: string) =>
  useQuery({
    queryKey: ['integrations', 'one', id],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /users/integrations/{id}', { params: { id } })
      return { integration: answer, etag: headers.get('etag') ?? '' }
    },
  })

export const USAGE_DAYS = 30

export const useUsage = (id: string) =>
  useQuery({
    queryKey: ['integrations', 'usage', id],
    queryFn: () =>
      call('GET /users/integrations/{id}/usage', { params: { id }, query: { days: USAGE_DAYS } }),
  })

export const useTests = (id: string) =>
  useInfiniteQuery({
    queryKey: ['integrations', 'tests', id],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /users/integrations/{id}/tests', {
        params: { id },
        query: { limit: 50, ...pageAfter(pageParam) },
      }),
  })

function useRefresh() {
  const cache = useQueryClient()
  return () => {
    for (const part of ['list', 'one', 'tests', 'usage'])
      void cache.invalidateQueries({ queryKey: ['integrations', part] })
  }
}

export function useCreate() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateIntegration']; key: string }) =>
      call('POST /users/integrations', { body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useUpdate(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, etag }: { body: Schemas['UpdateIntegration']; etag: string }) =>
      call('PUT /users/integrations/{id}', { params: { id }, body, ifMatch: etag }),
    onSuccess: refresh,
  })
}

export function useRotate(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['RotateIntegrationSecrets']; key: string }) =>
      call('POST /users/integrations/{id}/rotate', { params: { id }, body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useDelete(id: string) {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ force, etag }: { force: boolean; etag: string }) =>
      call('DELETE /users/integrations/{id}', {
        params: { id },
        ifMatch: etag,
        query: force ? { force: 'true' } : {},
      }),
    // The page still shows it for a moment, and must not ask for it again.
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['integrations', 'list'] }),
  })
}

export function useTest(id: string) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: () => call('POST /users/integrations/{id}/test', { params: { id } }),
    onSettled: refresh,
  })
}

/** The response sets a cookie that the provider's return needs, so the same browser continues. */
export const useConnect = (id: string) =>
  useMutation({
    mutationFn: () => call('GET /users/integrations/{id}/connect', { params: { id } }),
    onSuccess: ({ url }) => location.assign(url),
  })
