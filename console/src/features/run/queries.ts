import {
  keepPreviousData,
  queryOptions,
  type UseQueryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, type Schemas } from '../../api/client.ts'
import type { Definition } from './model/event.ts'

export type Run = Schemas['Execution']
export type NodeDetail = Schemas['NodeDetail']

/** Nodes are not requested: the log contains them, and a run may have ten thousand. */
export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: () => call('GET /runs/{id}', { params: { id }, query: { include: 'output' } }),
  })

/** The definition of the run. It never changes, and runs of the same version share it. */
export function definitionQuery({
  id,
  workflowId,
  workflowVersion: version,
}: Run): UseQueryOptions<Definition> {
  const isShared = workflowId !== null && version > 0
  return {
    queryKey: isShared ? ['version', workflowId, version] : ['run', id, 'definition'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const run = await call('GET /runs/{id}', { params: { id }, query: { include: 'definition' } })
      return (run.definition ?? { nodes: [] }) as unknown as Definition
    },
  }
}

/** Reloaded whenever the place has a new status or attempt. */
export const useNode = (id: string, path: string | null, state: string) =>
  useQuery({
    queryKey: ['run', id, 'node', path, state],
    enabled: path !== null,
    placeholderData: keepPreviousData,
    queryFn: () => call('GET /runs/{id}/nodes/{path}', { params: { id, path: path ?? '' } }),
  })

export const useApproval = (id: string) =>
  useQuery({
    queryKey: ['approvals', id],
    queryFn: () => call('GET /approvals/{id}', { params: { id } }),
  })

export const useVersions = (workflowId: string | null) =>
  useQuery({
    queryKey: ['versions', workflowId],
    enabled: workflowId !== null,
    queryFn: () =>
      call('GET /workflows/{id}/versions', { params: { id: workflowId ?? '' }, query: { limit: 50 } }),
  })

export const useChildren = (id: string) =>
  useQuery({
    queryKey: ['runs', 'children', id],
    queryFn: () => call('GET /runs', { query: { parentRunId: id, limit: 100, count: 'true' } }),
  })

/** Operations on a run. The button waits for the response, and the page for the events that follow. */
export function useVerb(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (verb: 'cancel' | 'pause' | 'resume') => call(`POST /runs/{id}/${verb}`, { params: { id } }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['run', id] }),
  })
}

/** Starts the run that undoes this one. A run is undone only once, so no key is needed. */
export function useUndo(id: string) {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: () => call('POST /runs/{id}/compensate', { params: { id } }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['run', id] }),
  })
}

export const useSignal = (id: string) =>
  useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['Signal']) => call('POST /runs/{id}/signal', { params: { id }, body }),
  })

export function useResolve(id: string, path: string) {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['ResolveNode']) =>
      call('POST /runs/{id}/nodes/{path}/resolve', { params: { id, path }, body }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['run', id] }),
  })
}

export type FollowUp = { key: string } & (
  | { how: 'retry'; version: 'original' | 'current' | number }
  | { how: 'rerun'; body: Schemas['RerunRun'] }
)

/** One key per intent: pressing the button repeatedly creates one run. */
export const useFollowUp = (id: string) =>
  useMutation({
    meta: { quiet: true },
    mutationFn: (again: FollowUp) =>
      again.how === 'retry'
        ? call('POST /runs/{id}/retry', {
            params: { id },
            body: { version: again.version },
            idempotencyKey: again.key,
          })
        : call('POST /runs/{id}/rerun', { params: { id }, body: again.body, idempotencyKey: again.key }),
  })
