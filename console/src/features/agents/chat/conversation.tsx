import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { useDraft } from '../../../ui/form/draft.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { Empty, ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { useRights } from '../../shell/index.ts'
import { filesOf, type Message, newQuestion, shownMessages, textOf, turnOf } from '../model/message.ts'
import type { Agent } from '../queries.ts'
import styles from './chat.module.css'
import { Composer } from './composer.tsx'
import { MessageView } from './message-view.tsx'
import { createThread, readFigures, useMessages, useRefreshThread, useThread } from './queries.ts'
import { StateNote } from './state-note.tsx'
import { useChat } from './use-chat.ts'

type Props = {
  agent: Agent
  /** Null before the first question, and for questions without a thread. */
  threadId: string | null
  isOnce: boolean
  onOnce: (isOnce: boolean) => void
  /** The first question has created this thread. */
  onBorn: (threadId: string) => void
}

const NEAR_PX = 80

export function Conversation({ agent, threadId, isOnce, onOnce, onBorn }: Props) {
  const { mayRun, mayDecide } = useRights()
  const thread = useThread(threadId)
  const { list, messages: stored } = useMessages(threadId)
  const refresh = useRefreshThread()
  /** Without a thread, this page alone remembers what was said. */
  const [past, setPast] = useState<readonly Message[]>([])
  const [edited, setEdited] = useState<Message | null>(null)
  const [isStopping, setStopping] = useState(false)
  const draft = useDraft(`chat.${agent.id}.${threadId ?? 'new'}`, () => '')
  const own = useRef(threadId)
  if (threadId !== null) own.current = threadId

  const chat = useChat({
    agentId: agent.id,
    threadId,
    onEnd: async (runId, isWhole) => {
      if (own.current !== null) await refresh(own.current)
      else if (!isWhole && runId !== null) return answerOfRun(runId)
      return null
    },
  })
  const { live } = chat
  const isBusy = live.state !== 'idle' && live.state !== 'failed'
  const active = thread.data?.runId ?? null
  const followed = useRef<string | null>(null)
  useEffect(() => {
    // An answer that was begun before, or by somebody else.
    if (active === null || isBusy || followed.current === active) return
    followed.current = active
    void chat.resume()
  }, [active, isBusy])

  const messages = shownMessages(isOnce ? past : stored, live)
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  // The end stays in view while it grows, unless the reader has scrolled up.
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight
  }, [messages.length, live])

  async function send() {
    const message = newQuestion(draft.value.trim(), edited === null ? [] : filesOf(edited))
    isAtEnd.current = true
    const replaces = edited === null ? undefined : turnOf(edited.id)
    draft.forget()
    draft.set('')
    setEdited(null)
    if (isOnce) {
      setPast(messages)
      return chat.ask({ message })
    }
    await chat.ask({
      message,
      replaces,
      threadId: async () => {
        if (own.current === null) {
          own.current = (await createThread(agent.id)).id
          onBorn(own.current)
        }
        return own.current
      },
    })
  }

  function edit(message: Message) {
    setEdited(message)
    draft.set(textOf(message))
  }
  const actionsOf = (message: Message, at: number) => {
    if (!mayRun || isBusy || isOnce || live.problem !== null || at < messages.length - 2) return null
    const question = messages.at(-2)
    if (message.role === 'user' && at === messages.length - 2 && message.id !== '')
      return (
        <Button size="small" look="quiet" onClick={() => edit(message)}>
          Edit
        </Button>
      )
    if (message.role !== 'assistant' || at !== messages.length - 1 || question?.role !== 'user') return null
    const again = () => void chat.ask({ message: asNew(question), replaces: turnOf(message.id) })
    return (
      <Button size="small" look="quiet" icon="retry" onClick={again}>
        Answer again
      </Button>
    )
  }

  if (thread.isError)
    return <ProblemNote problem={asProblem(thread.error)} onRetry={() => void thread.refetch()} />
  return (
    <section className={styles.conversation} aria-label="Conversation">
      <div
        className={styles.messages}
        ref={box}
        tabIndex={0}
        role="log"
        aria-label="Messages"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX
        }}
      >
        {threadId !== null && list.isPending && messages.length === 0 && <Skeleton rows={4} height={72} />}
        {list.isError && <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />}
        {messages.length === 0 && (threadId === null || list.data) && (
          <Empty icon="agent" title={`Ask ${agent.name}`}>
            {agent.description || 'It answers here, and shows each tool that it uses.'}
          </Empty>
        )}
        <ol>
          {list.hasNextPage && (
            <li className={styles.older}>
              <Button size="small" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                Older messages
              </Button>
            </li>
          )}
          {messages.map((message, at) => (
            <MessageView
              key={`${message.id} ${message.id === '' ? at : ''}`}
              message={message}
              isLive={isBusy && message === live.answer}
              mayDecide={mayDecide}
              onDecide={chat.decide}
              actions={actionsOf(message, at)}
            />
          ))}
        </ol>
        <StateNote live={live} onAgain={chat.askAgain} />
      </div>
      {mayRun && (
        <Composer
          text={draft.value}
          onText={draft.set}
          isBusy={isBusy}
          isStopping={isStopping}
          placeholder={isOnce ? 'Ask once' : `Message ${agent.name}`}
          onSend={() => void send()}
          onStop={() => {
            setStopping(true)
            void chat.stop().finally(() => setStopping(false))
          }}
          end={
            threadId === null && (
              <label className={styles.once}>
                <input
                  type="checkbox"
                  checked={isOnce}
                  disabled={isBusy}
                  onChange={(event) => onOnce(event.target.checked)}
                />
                Without a thread: nothing said before is seen, and nothing is kept
              </label>
            )
          }
        >
          {edited !== null && (
            <p className={styles.editing}>
              This replaces the last question and its answer.
              <Button
                size="small"
                look="quiet"
                onClick={() => {
                  setEdited(null)
                  draft.set('')
                }}
              >
                Leave it
              </Button>
            </p>
          )}
        </Composer>
      )}
    </section>
  )
}

/** The same question, without what only the stored one has. */
const asNew = (message: Message): Message => newQuestion(textOf(message), filesOf(message))

/** After a lost connection, the answer of a run that has ended. */
async function answerOfRun(runId: string): Promise<Message> {
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
