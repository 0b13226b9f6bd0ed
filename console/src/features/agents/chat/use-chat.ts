// A conversation with an agent: asks, follows the answer, and continues after a lost connection. Invariants:
// 1. One stream is read at a time. Another one ends it; the run continues.
// 2. A question is sent with an idempotency key until its run is known, so that it is never asked twice.
// 3. An answer is shown until the stored one replaces it.
import { useEffect, useRef, useState } from 'react'
import { call, newIdempotencyKey, stream } from '../../../api/client.ts'
import { follow as watch } from '../../../api/live.ts'
import { asProblem, type Problem } from '../../../api/problem.ts'
import type { Chunk } from '../model/frames.ts'
import { decided, type Message, newAnswer, RESET, withChunk } from '../model/message.ts'
import { readAnswer } from './read.ts'

export type ChatState = 'idle' | 'sending' | 'answering' | 'lost' | 'waiting' | 'failed'

export type Live = {
  state: ChatState
  asked: Message | null
  answer: Message | null
  /** The turn that is asked again. */
  replaces: string | null
  /** Why it failed: a refused request, or the words of the run. */
  problem: Problem | null
  why: string | null
}

const IDLE: Live = { state: 'idle', asked: null, answer: null, replaces: null, problem: null, why: null }
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 15_000
const DRAW_MS = 40
const GOES_ON = new Set(['run.running', 'run.succeeded', 'run.failed', 'run.cancelled'])

type Open = (signal: AbortSignal) => Promise<ReadableStream<Uint8Array> | null>

type Props = {
  agentId: string
  /** Null for questions without a thread. */
  threadId: string | null
  /** Called when a turn has ended. Reads the stored messages again, or returns the answer that replaces the streamed one. */
  onEnd: (runId: string | null, isWhole: boolean) => Promise<Message | null>
}

export type Question = {
  message: Message
  replaces?: string | undefined
  /** Creates the thread of the first question. */
  threadId?: () => Promise<string>
}

export function useChat({ agentId, threadId, onEnd }: Props) {
  const [live, setLive] = useState<Live>(IDLE)
  const reading = useRef<AbortController | null>(null)
  const runId = useRef<string | null>(null)
  const isDeciding = useRef(false)
  useEffect(() => () => reading.current?.abort(), [])

  const change = (fields: Partial<Live>) => setLive((old) => ({ ...old, ...fields }))

  const resumeOf =
    (thread: string | null): Open =>
    (signal) =>
      thread !== null
        ? stream('GET /agents/threads/{id}/stream', { params: { id: thread }, signal })
        : stream('GET /agents/runs/{id}/stream', { params: { id: runId.current ?? '' }, signal })

  /** `first` opens the stream. After a lost connection, `again` does. */
  async function follow(first: Open, again: Open, isRest = false): Promise<void> {
    reading.current?.abort()
    flush()
    const own = new AbortController()
    reading.current = own
    let open = first
    let keeps = isRest
    for (let failures = 0; ; failures++) {
      try {
        const body = await open(own.signal)
        if (own.signal.aborted) return
        if (body === null) return end(own, { isWhole: false })
        setLive((old) => ({ ...old, state: 'answering', answer: old.answer ?? newAnswer() }))
        // What was shown stays until the same comes again.
        let before = keeps ? [] : [RESET]
        keeps = false
        const { end: how, why } = await readAnswer(body, (chunks) => {
          failures = 0
          draw(own.signal, [...before, ...chunks])
          before = []
        })
        if (own.signal.aborted) return
        flush()
        if (how === 'waiting') return change({ state: 'waiting' })
        if (how !== 'lost') return end(own, { why })
      } catch (error) {
        if (own.signal.aborted) return
        const problem = asProblem(error)
        if (problem.status !== 0 && problem.status < 500)
          return change({ state: 'failed', problem, replaces: null })
      }
      change({ state: 'lost' })
      if (runId.current !== null) open = again
      await pause(Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** failures), own.signal)
      if (own.signal.aborted) return
    }
  }

  /** Many chunks arrive within one frame of the screen. They are drawn together. */
  const waiting = useRef<Chunk[]>([])
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  function draw(signal: AbortSignal, chunks: Chunk[]): void {
    if (signal.aborted) return
    waiting.current.push(...chunks)
    const known = chunks.find(({ type }) => type === 'start')
    if (known !== undefined) runId.current = runIdOf(known)
    timer.current ??= setTimeout(flush, DRAW_MS)
  }
  function flush(): void {
    clearTimeout(timer.current)
    timer.current = undefined
    const chunks = waiting.current
    waiting.current = []
    if (chunks.length === 0) return
    setLive((old) => ({
      ...old,
      state: old.state === 'waiting' ? old.state : 'answering',
      answer: chunks.reduce(withChunk, old.answer ?? newAnswer()),
    }))
  }

  type HowEnded = { why?: string | null; isWhole?: boolean }

  async function end(own: AbortController, { why = null, isWhole = true }: HowEnded): Promise<void> {
    const answer = await onEnd(runId.current, isWhole).catch(() => null)
    if (own.signal.aborted) return
    change({ state: why === null ? 'idle' : 'failed', why, ...(answer === null ? {} : { answer }) })
  }

  const question = useRef<Question | null>(null)
  async function ask(asked: Question): Promise<void> {
    const { message, replaces } = asked
    question.current = asked
    runId.current = null
    setLive({ ...IDLE, state: 'sending', asked: message, replaces: replaces ?? null })
    const key = newIdempotencyKey()
    let own = threadId
    const send: Open = async (signal) => {
      own = (await asked.threadId?.()) ?? own
      return stream('POST /agents/{idOrType}/stream', {
        params: { idOrType: agentId },
        body: {
          messages: [{ role: 'user', parts: message.parts as { type: string }[] }],
          ...(own === null ? {} : { threadId: own }),
          ...(replaces === undefined ? {} : { trigger: 'regenerate-message' }),
        },
        idempotencyKey: key,
        signal,
      })
    }
    await follow(send, (signal) => resumeOf(own)(signal))
  }

  /** The answer that is under way, from its beginning. */
  function resume(): Promise<void> {
    if (live.state !== 'waiting') setLive({ ...IDLE, state: 'answering' })
    return follow(resumeOf(threadId), resumeOf(threadId))
  }

  /** A person's decision on a tool call or a limit. The stream continues after what was shown. */
  async function decide(approvalId: string, approved: boolean, reason: string): Promise<void> {
    isDeciding.current = true
    const part = {
      type: 'data-decision',
      state: 'approval-responded',
      approval: { id: approvalId, approved, ...(reason === '' ? {} : { reason }) },
    }
    const body = await stream('POST /agents/{idOrType}/stream', {
      params: { idOrType: agentId },
      body: { messages: [{ role: 'assistant', parts: [part] }] },
      idempotencyKey: newIdempotencyKey(),
    }).finally(() => {
      isDeciding.current = false
    })
    setLive((old) => ({
      ...old,
      state: 'answering',
      answer: old.answer && decided(old.answer, approvalId),
    }))
    void follow(() => Promise.resolve(body), resumeOf(threadId), true)
  }

  async function stop(): Promise<void> {
    if (runId.current === null) return
    await call('POST /runs/{id}/cancel', { params: { id: runId.current } })
    if (live.state === 'waiting') await resume()
  }

  // Somebody else may decide, on another page.
  const isWaiting = live.state === 'waiting'
  const latest = useRef(resume)
  latest.current = resume
  useEffect(() => {
    if (!isWaiting) return
    return watch('runs', {
      onEvent: (event) => {
        const { type, run } = event as { type: string; run?: { id: string } }
        if (run?.id === runId.current && GOES_ON.has(type) && !isDeciding.current) void latest.current()
      },
      onReset: () => void latest.current(),
    })
  }, [isWaiting])

  return {
    live,
    ask,
    askAgain: () => question.current && void ask(question.current),
    resume,
    decide,
    stop,
    clear: () => setLive(IDLE),
  }
}

const runIdOf = ({ messageMetadata }: Chunk): string | null =>
  (messageMetadata as { runId?: string } | undefined)?.runId ?? null

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
    // The browser notices sooner that it is back.
    addEventListener('online', () => resolve(), { once: true, signal })
  })
