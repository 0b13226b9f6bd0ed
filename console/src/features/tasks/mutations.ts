import { useMutation, useQueryClient } from '@tanstack/react-query'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import type { Verb } from './model/verbs.ts'
import { taskKey } from './queries.ts'

/** Lists show a change about 100 ms after it was made. */
const LAG_MS = 300

function useRefresh() {
  const cache = useQueryClient()
  return (id?: string) => {
    const refresh = () => {
      void cache.invalidateQueries({ queryKey: ['tasks'] })
      if (id !== undefined) void cache.invalidateQueries({ queryKey: taskKey(id) })
    }
    refresh()
    setTimeout(refresh, LAG_MS)
  }
}

export function useVerb() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: ({ id, verb, from }: { id: string; verb: Verb; from?: 'failed' | 'start' }) =>
      call(`POST /tasks/{id}/${verb}`, {
        params: { id },
        idempotencyKey: newIdempotencyKey(),
        ...(from && { body: { from } }),
      } as never),
    onSettled: (_answer, _error, { id }) => refresh(id),
  })
}

export function useRetry(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['RetryTask']; key: string }) =>
      call('POST /tasks/{id}/retry', { params: { id }, body, idempotencyKey: key }),
    onSettled: () => refresh(id),
  })
}

export function useCreate() {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateTask']; key: string }) =>
      call('POST /tasks', { body, idempotencyKey: key }),
    onSettled: () => refresh(),
  })
}

export function useUpdate(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, etag }: { body: Schemas['UpdateTask']; etag?: string }) =>
      call('PATCH /tasks/{id}', { params: { id }, body, ...(etag && { ifMatch: etag }) }),
    onSettled: () => refresh(id),
  })
}

export function useDelete() {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: ({ id, cancel }: { id: string; cancel: boolean }) =>
      call('DELETE /tasks/{id}', { params: { id }, query: { cancel: cancel ? 'true' : 'false' } }),
    onSettled: () => refresh(),
  })
}

export function useWaive(id: string) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: (taskId: string) => call('POST /tasks/{id}/waive', { params: { id }, body: { taskId } }),
    onSettled: () => refresh(id),
  })
}

export function useSetSchedule(id: string) {
  const refresh = useRefresh()
  return useMutation({
    meta: { quiet: true },
    mutationFn: (body: Schemas['TaskScheduleInput']) =>
      call('PUT /tasks/{id}/schedule', { params: { id }, body }),
    onSettled: () => refresh(id),
  })
}

export function useRemoveSchedule(id: string) {
  const refresh = useRefresh()
  return useMutation({
    mutationFn: () => call('DELETE /tasks/{id}/schedule', { params: { id } }),
    onSettled: () => refresh(id),
  })
}

export function useComment(id: string) {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ text, mentions, key }: { text: string; mentions: string[]; key: string }) =>
      call('POST /tasks/{id}/comments', {
        params: { id },
        body: { text, ...(mentions.length > 0 && { mentions }) },
        idempotencyKey: key,
      }),
    onSettled: () => void cache.invalidateQueries({ queryKey: [...taskKey(id), 'comments'] }),
  })
}
