import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, type Schemas } from '../../../api/client.ts'
import { PAGED, pageAfter } from '../../../api/pages.ts'

export type Template = Schemas['TaskTemplateSummary']
export type Source = Template['source']

export const useTemplates = (filter: { source?: Source; type?: string }) =>
  useInfiniteQuery({
    queryKey: ['task-templates', 'list', filter],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /tasks/templates', {
        query: { ...filter, limit: 50, count: 'true', ...pageAfter(pageParam) },
      }),
  })

export const useTemplate = (id: string) =>
  useQuery({
    queryKey: ['task-templates', id],
    queryFn: () => call('GET /tasks/templates/{id}', { params: { id } }),
  })

export function useUseTemplate() {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ id, body }: { id: string; body: Schemas['UseTaskTemplate'] }) =>
      call('POST /tasks/templates/{id}/use', { params: { id }, body }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['tasks'] }),
  })
}

export function useDeleteTemplate() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call('DELETE /tasks/templates/{id}', { params: { id } }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['task-templates'] }),
  })
}

export function useKeepTemplate() {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateTaskTemplate']; key: string }) =>
      call('POST /tasks/templates', { body, idempotencyKey: key }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['task-templates'] }),
  })
}

const MOST_TASKS = 100

/** A task with all its parts, in full: the tree lists them, and each is read. */
export async function readTree(id: string): Promise<{ tasks: Schemas['Task'][]; isTooLarge: boolean }> {
  const tree = await call('GET /tasks/{id}/hierarchy', { params: { id } })
  const ids: string[] = []
  const collect = ({ task, children }: Schemas['TaskTree']) => {
    ids.push(task.id)
    for (const child of children) collect(child)
  }
  collect(tree)
  if (ids.length > MOST_TASKS) return { tasks: [], isTooLarge: true }
  const tasks = await Promise.all(ids.map((one) => call('GET /tasks/{id}', { params: { id: one } })))
  return { tasks, isTooLarge: false }
}
