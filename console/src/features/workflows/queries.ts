import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, callWithHeaders, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'

export type Workflow = Schemas['Workflow']
export type WorkflowSummary = Schemas['WorkflowSummary']
export type Trigger = Schemas['Trigger']

export const useWorkflows = (filter: { q?: string; tag?: string; folder?: string }) =>
  useInfiniteQuery({
    queryKey: ['workflows', 'list', filter],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /workflows', {
        query: {
          ...filter,
          include: 'recent',
          sort: 'name',
          limit: 50,
          count: 'true',
          ...pageAfter(pageParam),
        },
      }),
  })

export const useWorkflow = (id: string) =>
  useQuery({
    queryKey: ['workflow', id],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /workflows/{id}', { params: { id } })
      return { workflow: answer, etag: headers.get('etag') ?? '' }
    },
  })

export const useVersions = (id: string) =>
  useInfiniteQuery({
    queryKey: ['workflow', id, 'versions'],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /workflows/{id}/versions', {
        params: { id },
        query: { limit: 50, ...pageAfter(pageParam) },
      }),
  })

/** A version never changes. */
export const useVersion = (id: string, version: number | undefined) =>
  useQuery({
    queryKey: ['version', id, version],
    enabled: version !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => call('GET /workflows/{id}/versions/{version}', { params: { id, version: version ?? 0 } }),
  })

export const useDiff = (id: string, from: number | undefined, to: number | undefined) =>
  useQuery({
    queryKey: ['version', id, 'diff', from, to],
    enabled: from !== undefined && to !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () =>
      call('GET /workflows/{id}/versions/diff', { params: { id }, query: { from: from ?? 0, to: to ?? 0 } }),
  })

export const useFires = (workflowId: string) =>
  useQuery({
    queryKey: ['workflows', 'upcoming', workflowId],
    queryFn: () => call('GET /workflows/triggers/upcoming', { query: { workflowId, each: 5, limit: 100 } }),
  })

export const useRunsOf = (workflowId: string) =>
  useQuery({
    queryKey: ['runs', 'of', workflowId],
    refetchInterval: 10_000,
    queryFn: () => call('GET /runs', { query: { workflowId, limit: 50 } }),
  })

export const useTemplates = () =>
  useQuery({
    queryKey: ['templates'],
    queryFn: () => call('GET /workflows/templates', { query: { limit: 100 } }),
  })

function useRefresh() {
  const cache = useQueryClient()
  return (id?: string) => {
    void cache.invalidateQueries({ queryKey: ['workflows'] })
    if (id !== undefined) void cache.invalidateQueries({ queryKey: ['workflow', id] })
  }
}

export const useStart = (id: string) =>
  useMutation({
    meta: { quiet: true },
    mutationFn: ({ input, key }: { input: unknown; key: string }) =>
      call('POST /workflows/{id}/execute', { params: { id }, body: { input }, idempotencyKey: key }),
  })

export function useActivate(id: string) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: ({ active, etag }: { active: boolean; etag: string }) =>
      call(active ? 'POST /workflows/{id}/activate' : 'POST /workflows/{id}/deactivate', {
        params: { id },
        ifMatch: etag,
      }),
    onSettled: () => refresh(id),
  })
}

export function useRestore(id: string) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: ({ version, etag }: { version: number; etag: string }) =>
      call('POST /workflows/{id}/versions/{version}/restore', { params: { id, version }, ifMatch: etag }),
    onSettled: () => refresh(id),
  })
}

/** Each change of the triggers is a new version. */
export function useSetTriggers(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ triggers, etag }: { triggers: Record<string, unknown>[]; etag: string }) =>
      call('PUT /workflows/{id}/triggers', { params: { id }, body: { triggers } as never, ifMatch: etag }),
    onSettled: () => refresh(id),
  })
}

export function useFromTemplate() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (templateId: string) =>
      call('POST /workflows/templates/{id}/use', {
        params: { id: templateId },
        body: {},
        idempotencyKey: newIdempotencyKey(),
      }),
    onSettled: () => refresh(),
  })
}

export function useImport() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['ImportWorkflow']; key: string }) =>
      call('POST /workflows/import', { body, idempotencyKey: key }),
    onSettled: () => refresh(),
  })
}
