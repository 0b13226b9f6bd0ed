import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, type Query, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import type { Verb } from './model/deployment.ts'
import { type DeploymentFilter, queryOf } from './model/filter.ts'

export type Deployment = Schemas['Deployment']
export type Platform = Schemas['DeploymentPlatform']
export type Plan = Schemas['DeploymentPlan']

export const useDeployments = (filter: DeploymentFilter) =>
  useInfiniteQuery({
    queryKey: ['deployments', 'list', queryOf(filter)],
    ...PAGED,
    placeholderData: keepPreviousData,
    refetchInterval: 15_000,
    queryFn: ({ pageParam }) =>
      call('GET /deployments', {
        query: { ...queryOf(filter), limit: 50, count: 'true', ...pageAfter(pageParam) },
      }),
  })

/** Platforms only change with a new version of the server. */
export const usePlatforms = () =>
  useQuery({
    queryKey: ['deployments', 'platforms'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await call('GET /deployments/platforms')).items,
  })

export const useDeployment = (id: string) =>
  useQuery({
    queryKey: ['deployments', 'one', id],
    queryFn: () => call('GET /deployments/{id}', { params: { id } }),
  })

export const useEarlier = (id: string | undefined) =>
  useQuery({
    queryKey: ['deployments', 'one', id],
    enabled: id !== undefined,
    queryFn: () => call('GET /deployments/{id}', { params: { id: id ?? '' } }),
  })

/** The deployment that people see now; null if there is none. */
export const usePublished = ({ platform, project, integrationId }: Deployment) =>
  useQuery({
    queryKey: ['deployments', 'list', 'published', platform, project, integrationId],
    queryFn: async () => {
      const query = { platform, project, integrationId, environment: 'production' as const }
      const { items } = await call('GET /deployments', { query: { ...query, status: 'ready', limit: 1 } })
      return items[0]?.id ?? null
    },
  })

/** From the newest line backwards. */
export const useLog = (id: string) =>
  useInfiniteQuery({
    queryKey: ['deployments', 'log', id],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /deployments/{id}/logs', {
        params: { id },
        query: { sort: '-seq', limit: 100, ...pageAfter(pageParam) },
      }),
  })

export const useFiles = (id: string) =>
  useInfiniteQuery({
    queryKey: ['deployments', 'files', id],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /deployments/{id}/files', {
        params: { id },
        query: { limit: 100, count: 'true', ...pageAfter(pageParam) },
      }),
  })

/** The integrations that can sign in to a platform. */
export const useIntegrationsFor = (types: readonly string[]) =>
  useQuery({
    queryKey: ['integrations', 'list', 'of', ...types],
    enabled: types.length > 0,
    queryFn: async () => {
      const pages = await Promise.all(
        types.map((type) =>
          call('GET /users/integrations', {
            query: { type, sort: 'name', limit: 100 } as Query<'GET /users/integrations'>,
          }),
        ),
      )
      return pages.flatMap((page) => page.items)
    },
  })

export const useIntegrationName = (id: string) =>
  useQuery({
    queryKey: ['integrations', 'name', id],
    staleTime: 60_000,
    retry: false,
    queryFn: async () => (await call('GET /users/integrations/{id}', { params: { id } })).name,
  })

/** Names to choose from while somebody types. */
export const useFileNames = (kind: 'zip' | 'any', q: string) =>
  useQuery({
    queryKey: ['files', 'names', kind, q],
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const query = { limit: 50, ...(q && { q }), ...(kind === 'zip' && { type: 'application/zip' }) }
      return (await call('GET /files', { query })).items
    },
  })

export const useFolders = (parent: string) =>
  useQuery({
    queryKey: ['files', 'folders', parent],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      (await call('GET /files/folders', { query: { limit: 100, ...(parent && { parent }) } })).items,
  })

export const useRunNames = (q: string) =>
  useQuery({
    queryKey: ['runs', 'names', q],
    placeholderData: keepPreviousData,
    queryFn: async () =>
      (await call('GET /runs', { query: { status: 'succeeded', limit: 30, ...(q && { q }) } })).items,
  })

/** Projects that the team has deployed to. */
export const useProjects = (platform: string) =>
  useQuery({
    queryKey: ['deployments', 'projects', platform],
    enabled: platform !== '',
    queryFn: async () => {
      const { items } = await call('GET /deployments', {
        query: { platform, limit: 100 } as Query<'GET /deployments'>,
      })
      return [...new Set(items.map(({ project }) => project))]
    },
  })

export function useCreate() {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateDeployment']; key: string }) =>
      call('POST /deployments', { body, idempotencyKey: key }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['deployments', 'list'] }),
  })
}

export const usePlan = () =>
  useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['PlanDeployment']) => call('POST /deployments/plan', { body }),
  })

type Following = { verb: 'promote' | 'rollback' | 'redeploy'; key: string; body: Schemas['FollowDeployment'] }

/** Each creates another deployment. */
export function useFollow(id: string) {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ verb, key, body }: Following) =>
      call(`POST /deployments/{id}/${verb}`, { params: { id }, body, idempotencyKey: key }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['deployments', 'list'] }),
  })
}

export function useControl(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (verb: Extract<Verb, 'cancel' | 'refresh'>) =>
      call(`POST /deployments/{id}/${verb}`, { params: { id } }),
    onSuccess: (deployment) => cache.setQueryData(['deployments', 'one', id], deployment),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['deployments'] }),
  })
}

export function useRemove(id: string) {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (keepRemote: boolean) =>
      call('DELETE /deployments/{id}', {
        params: { id },
        query: keepRemote ? { keepRemote: 'true' } : {},
      }),
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['deployments', 'list'] }),
  })
}
