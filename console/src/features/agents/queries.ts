import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, callWithHeaders, newIdempotencyKey, type Query, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'

export type Agent = Schemas['Agent']
export type AgentTemplate = Schemas['AgentTemplate']
export type AgentTool = Schemas['AgentTool']
export type AgentVersion = Schemas['AgentVersion']
export type AvailableModel = Schemas['AvailableModel']
export type AgentFilter = Omit<Query<'GET /agents'>, 'limit' | 'cursor' | 'count'>

export const useAgents = (filter: AgentFilter) =>
  useInfiniteQuery({
    queryKey: ['agents', 'list', filter],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /agents', { query: { ...filter, limit: 50, count: 'true', ...pageAfter(pageParam) } }),
  })

/** Agents that every team has. They only change with the installation. */
export const useBuiltInAgents = () =>
  useQuery({
    queryKey: ['agents', 'types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await call('GET /agents/types')).items,
  })

export const useAgent = (id: string) =>
  useQuery({
    queryKey: ['agents', 'one', id],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /agents/{id}', { params: { id } })
      return { agent: answer, etag: headers.get('etag') }
    },
  })

export const useAgentVersions = (id: string) =>
  useInfiniteQuery({
    queryKey: ['agents', 'one', id, 'versions'],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /agents/{id}/versions', { params: { id }, query: { limit: 50, ...pageAfter(pageParam) } }),
  })

export const useAgentTemplates = (q: string | undefined) =>
  useInfiniteQuery({
    queryKey: ['agents', 'templates', q],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /agents/templates', { query: { limit: 30, ...(q && { q }), ...pageAfter(pageParam) } }),
  })

export const useAgentTemplate = (id: string | undefined) =>
  useQuery({
    queryKey: ['agents', 'template', id],
    enabled: id !== undefined,
    queryFn: () => call('GET /agents/templates/{id}', { params: { id: id ?? '' } }),
  })

export const useAgentTools = () =>
  useQuery({
    queryKey: ['agents', 'tools'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await call('GET /agents/tools')).items,
  })

/** All models, with those that can be called first. */
export const useModels = () =>
  useQuery({
    queryKey: ['agents', 'models'],
    staleTime: 60_000,
    queryFn: async () => {
      const models: AvailableModel[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const page: Schemas['AvailableModelPage'] = await call('GET /agents/models', {
          query: { limit: 100, ...pageAfter(cursor) },
        })
        models.push(...page.items)
        cursor = page.nextCursor
      }
      return models.filter(({ kind }) => kind === 'chat')
    },
  })

export const useIntegrationNames = () =>
  useQuery({
    queryKey: ['agents', 'integrations'],
    staleTime: 60_000,
    queryFn: async () =>
      (await call('GET /users/integrations', { query: { sort: 'name', limit: 100 } })).items,
  })

function useRefresh() {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries({ queryKey: ['agents'] })
}

export function useCreateAgent() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateAgent']; key: string }) =>
      call('POST /agents', { body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useUpdateAgent(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, etag }: { body: Schemas['UpdateAgent']; etag: string }) =>
      call('PATCH /agents/{id}', { params: { id }, body, ifMatch: etag }),
    onSettled: refresh,
  })
}

export function useCloneAgent(agent: Pick<Agent, 'id' | 'builtIn'>) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ name, key }: { name: string; key: string }) => {
      const body = name === '' ? {} : { name }
      return agent.builtIn
        ? call('POST /agents/types/{type}/clone', { params: { type: agent.id }, body, idempotencyKey: key })
        : call('POST /agents/{id}/clone', { params: { id: agent.id }, body, idempotencyKey: key })
    },
    onSettled: refresh,
  })
}

export function useDeleteAgent(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (etag: string) => call('DELETE /agents/{id}', { params: { id }, ifMatch: etag }),
    // The agent itself is still shown for a moment, and is not asked for again.
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['agents', 'list'] }),
  })
}

export function useSaveTemplate() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateAgentTemplate']; key: string }) =>
      call('POST /agents/templates', { body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

export function useDeleteTemplate() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (id: string) => call('DELETE /agents/templates/{id}', { params: { id } }),
    onSettled: refresh,
  })
}

export function useTemplateUse() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (id: string) =>
      call('POST /agents/templates/{id}/use', {
        params: { id },
        body: {},
        idempotencyKey: newIdempotencyKey(),
      }),
    onSettled: refresh,
  })
}
