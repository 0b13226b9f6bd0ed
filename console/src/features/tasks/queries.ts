import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { call, callWithHeaders, type Query, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { queryOf, type Sort, type TaskFilter } from './model/filter.ts'
import { hasEnded } from './model/verbs.ts'

export type Task = Schemas['Task']
export type TaskRow = Schemas['TaskSummary']
export type TaskType = Schemas['TaskType']

const PAGE = 100
/** Some changes, such as a place in the queue, have no event. */
const REFRESH_MS = 10_000
const REFRESH_ACTIVE_MS = 4_000

export const useTasks = (filter: TaskFilter, sort: Sort) =>
  useInfiniteQuery({
    queryKey: ['tasks', 'list', filter, sort],
    ...PAGED,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: ({ pageParam }) =>
      call('GET /tasks', {
        query: { ...queryOf(filter, serverNow()), sort, limit: PAGE, ...pageAfter(pageParam) },
      }),
  })

/** Counts by status, ignoring the status filter: each chip shows what it would select. */
export function useCounts(filter: TaskFilter) {
  const { status: _, ...others } = filter
  return useQuery({
    queryKey: ['tasks', 'counts', others],
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: () => call('GET /tasks/counts', { query: queryOf(others, serverNow()) }),
  })
}

/** All pages of tasks with this query, such as the subtasks of one. */
export const useSomeTasks = (query: Query<'GET /tasks'>, isOn = true) =>
  useInfiniteQuery({
    queryKey: ['tasks', 'some', query],
    enabled: isOn,
    ...PAGED,
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
    queryFn: ({ pageParam }) =>
      call('GET /tasks', { query: { limit: 50, count: 'true', ...query, ...pageAfter(pageParam) } }),
  })

export const taskKey = (id: string) => ['task', id] as const

export const useTask = (id: string) =>
  useQuery({
    queryKey: taskKey(id),
    refetchInterval: ({ state }) =>
      state.data && hasEnded(state.data.task.status) ? false : REFRESH_ACTIVE_MS,
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /tasks/{id}', { params: { id } })
      return { task: answer, etag: headers.get('etag') ?? '' }
    },
  })

export const useSteps = (task: Task) =>
  useQuery({
    queryKey: [...taskKey(task.id), 'steps'],
    enabled: task.runId !== null && task.children === 0,
    refetchInterval: hasEnded(task.status) ? false : REFRESH_ACTIVE_MS,
    queryFn: () => call('GET /tasks/{id}/steps', { params: { id: task.id } }),
  })

export const useGraph = (id: string) =>
  useQuery({
    queryKey: [...taskKey(id), 'graph'],
    queryFn: () => call('GET /tasks/{id}/dependencies', { params: { id } }) as Promise<Schemas['TaskGraph']>,
  })

export const useTaskTypes = () =>
  useQuery({
    queryKey: ['task-types'],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (await call('GET /tasks/types')).items,
  })

/** Agents by name, for tasks that are assigned to one. */
export const useAgentNames = () =>
  useQuery({
    queryKey: ['agents', 'names'],
    staleTime: 60_000,
    queryFn: async () => (await call('GET /agents', { query: { limit: 100 } })).items,
  })

export const useComments = (id: string) =>
  useInfiniteQuery({
    queryKey: [...taskKey(id), 'comments'],
    ...PAGED,
    refetchInterval: REFRESH_MS,
    queryFn: ({ pageParam }) =>
      call('GET /tasks/{id}/comments', {
        params: { id },
        query: { sort: '-created', limit: 50, count: 'true', ...pageAfter(pageParam) },
      }),
  })

/** Only admins may read the log. */
export const useHistory = (task: Task) =>
  useInfiniteQuery({
    queryKey: [...taskKey(task.id), 'history'],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /teams/{id}/audit-logs', {
        params: { id: task.teamId },
        query: { target: task.id, limit: 50, ...pageAfter(pageParam) },
      }),
  })
