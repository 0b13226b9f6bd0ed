import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call, type Schemas } from '../../../api/client.ts'
import { PAGED, pageAfter } from '../../../api/pages.ts'
import type { Message, Model, Usage } from '../model/message.ts'

export type Thread = Schemas['Thread']

export const useThreads = (agentId: string, q: string) =>
  useInfiniteQuery({
    queryKey: ['threads', 'list', agentId, q],
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /agents/threads', {
        query: {
          agentId,
          sort: '-updatedAt',
          limit: 30,
          count: 'true',
          ...(q && { q }),
          ...pageAfter(pageParam),
        },
      }),
  })

export const useThread = (id: string | null) =>
  useQuery({
    queryKey: ['threads', 'one', id],
    enabled: id !== null,
    queryFn: () => call('GET /agents/threads/{id}', { params: { id: id ?? '' } }),
  })

/** The stored messages, oldest first. */
export function useMessages(threadId: string | null) {
  const list = useInfiniteQuery({
    queryKey: ['threads', 'messages', threadId],
    ...PAGED,
    enabled: threadId !== null,
    queryFn: ({ pageParam }) =>
      call('GET /agents/threads/{id}/messages', {
        params: { id: threadId ?? '' },
        query: { limit: 30, ...pageAfter(pageParam) },
      }),
  })
  const newestFirst = list.data?.pages.flatMap((page) => page.items) ?? []
  return { list, messages: newestFirst.toReversed() as unknown as Message[] }
}

/** Reads everything about a thread again. */
export function useRefreshThread() {
  const cache = useQueryClient()
  return async (id: string) => {
    // Reading the messages stores the answer of a run that has ended.
    await cache.invalidateQueries({ queryKey: ['threads', 'messages', id] })
    await cache.invalidateQueries({ queryKey: ['threads', 'one', id] })
    void cache.invalidateQueries({ queryKey: ['threads', 'list'] })
  }
}

export type Figures = {
  status: string
  durationMs: number | null
  error: string | null
  usage: Pick<Usage, 'costUsd' | 'inputTokens' | 'outputTokens' | 'unpricedCalls'>
  model: Model | null
  text: string | null
}

type Result = { model?: Model; text?: string } | null

export async function readFigures(runId: string): Promise<Figures> {
  const run = await call('GET /runs/{id}', { params: { id: runId }, query: { include: 'output' } })
  const { usd, inputTokens, outputTokens, unpricedCalls } = run.cost
  const result = run.output as Result
  return {
    status: run.status,
    durationMs: run.durationMs,
    error: run.error?.message ?? null,
    usage: { costUsd: usd, inputTokens, outputTokens, unpricedCalls },
    model: result?.model ?? null,
    text: result?.text ?? null,
  }
}

/** After a lost connection, the answer of a run that has ended. */
export async function answerOfRun(runId: string): Promise<Message> {
  const { text, status } = await readFigures(runId)
  return {
    id: runId,
    role: 'assistant',
    parts: text === null ? [] : [{ type: 'text', text }],
    metadata: {
      runId,
      finishReason: status === 'succeeded' ? 'stop' : status === 'failed' ? 'error' : status,
    },
  }
}

/** What an answer took. A run that has ended does not change. */
export const useFigures = (runId: string | undefined, isEnded: boolean) =>
  useQuery({
    queryKey: ['runs', 'figures', runId],
    enabled: runId !== undefined && isEnded,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    queryFn: () => readFigures(runId ?? ''),
  })

export const createThread = (agentId: string, key: string): Promise<Thread> =>
  call('POST /agents/threads', { body: { agentId }, idempotencyKey: key })

export function useRenameThread() {
  const cache = useQueryClient()
  return useMutation({
    meta: { quiet: true },
    mutationFn: ({ id, title }: { id: string; title: string }) =>
      call('PATCH /agents/threads/{id}', { params: { id }, body: { title } }),
    onSettled: () => cache.invalidateQueries({ queryKey: ['threads'] }),
  })
}

export function useDeleteThread() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => call('DELETE /agents/threads/{id}', { params: { id } }),
    // The thread itself is still shown for a moment, and is not asked for again.
    onSuccess: () => void cache.invalidateQueries({ queryKey: ['threads', 'list'] }),
  })
}
