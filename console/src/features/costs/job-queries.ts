import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import { call, callWithHeaders, type Schemas } from '../../api/client.ts'
import { follow } from '../../api/live.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import type { JobSearch } from './model/jobs.ts'

export type Job = Schemas['GpuJob']

export const useJobs = ({ deleted, ...search }: JobSearch) =>
  useInfiniteQuery({
    queryKey: ['jobs', 'list', search, deleted],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /jobs', {
        query: {
          ...search,
          ...(deleted && { deleted: 'true' as const }),
          limit: 100,
          count: 'true',
          ...pageAfter(pageParam),
        },
      }),
  })

export const useJob = (id: string) =>
  useQuery({
    queryKey: ['jobs', 'one', id],
    queryFn: async () => {
      const { answer, headers } = await callWithHeaders('GET /jobs/{id}', { params: { id } })
      return { job: answer, etag: headers.get('etag') ?? '' }
    },
  })

const SAMPLE_PAGE = 100
/** A job keeps up to 50,000 samples. The chart shows the last ones, and says how many there are. */
const MOST_PAGES = 20

export const useSamples = (id: string, count: number) =>
  useQuery({
    queryKey: ['jobs', 'samples', id, count],
    enabled: count > 0,
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const samples: Schemas['Sample'][] = []
      let cursor: string | null = ''
      for (let page = 0; page < MOST_PAGES && cursor !== null; page++) {
        const answer: Schemas['SamplePage'] = await call('GET /jobs/{id}/samples', {
          params: { id },
          // The newest first, so that they are shown even if there are too many.
          query: { limit: SAMPLE_PAGE, sort: '-at', ...pageAfter(cursor) },
        })
        samples.push(...answer.items)
        cursor = answer.nextCursor
      }
      return samples.reverse()
    },
  })

function useRefreshJobs() {
  const cache = useQueryClient()
  return () => void cache.invalidateQueries({ queryKey: ['jobs'] })
}

const SETTLE_MS = 400

/** Jobs that other people and programs change. */
export function useLiveJobs(): void {
  const cache = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const refresh = () => {
      timer = undefined
      void cache.invalidateQueries({ queryKey: ['jobs'] })
    }
    const stop = follow('changes', {
      onEvent: ({ type }) => {
        if (type.startsWith('job.')) timer ??= setTimeout(refresh, SETTLE_MS)
      },
      onReset: refresh,
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [cache])
}

export function useCreateJob() {
  const refresh = useRefreshJobs()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ body, key }: { body: Schemas['CreateGpuJob']; key: string }) =>
      call('POST /jobs', { body, idempotencyKey: key }),
    onSettled: refresh,
  })
}

/** `isQuiet`: the form shows its own errors. */
export function useUpdateJob(id: string, isQuiet = false) {
  const refresh = useRefreshJobs()
  return useMutation({
    meta: { quiet: isQuiet },
    mutationFn: ({ body, etag }: { body: Schemas['UpdateGpuJob']; etag: string }) =>
      call('PUT /jobs/{id}', { params: { id }, body, ifMatch: etag }),
    onSuccess: refresh,
  })
}

export function useDeleteJob(id: string) {
  const refresh = useRefreshJobs()
  return useMutation({
    mutationFn: (etag: string) => call('DELETE /jobs/{id}', { params: { id }, ifMatch: etag }),
    onSuccess: refresh,
  })
}

export function useRestoreJob() {
  const refresh = useRefreshJobs()
  return useMutation({
    mutationFn: (id: string) => call('POST /jobs/{id}/restore', { params: { id } }),
    onSettled: refresh,
  })
}
