import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { newIdempotencyKey } from '../../../api/client.ts'
import { asProblem } from '../../../api/problem.ts'
import { clearUploads } from '../../../api/uploads/queue.ts'
import { useDraft } from '../../../ui/form/draft.ts'
import { Button, IconButton } from '../../../ui/kit/button.tsx'
import { More } from '../../../ui/kit/more.tsx'
import { Empty, ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { useRights } from '../../shell/index.ts'
import {
  type FilePart,
  filesOf,
  type Message,
  newQuestion,
  shownMessages,
  textOf,
  turnOf,
} from '../model/message.ts'
import type { Agent } from '../queries.ts'
import { Attachments, useIsUploading, useNamedFiles } from './attachments.tsx'
import styles from './chat.module.css'
import { Composer } from './composer.tsx'
import { MessageActions } from './message-actions.tsx'
import { MessageView } from './message-view.tsx'
import { answerOfRun, createThread, useMessages, useRefreshThread, useThread } from './queries.ts'
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
  const [files, setFiles] = useState<readonly FilePart[]>([])
  const [isAttaching, setAttaching] = useState(false)
  const named = useNamedFiles(files)
  const isUploading = useIsUploading() && isAttaching
  const [isStopping, setStopping] = useState(false)
  const draft = useDraft(`chat.${agent.id}.${threadId ?? 'new'}`, () => '')
  const [key] = useState(newIdempotencyKey)
  const replaced = useRef<Message | null>(null)
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
    const message = newQuestion(draft.value.trim(), named)
    isAtEnd.current = true
    const replaces = edited === null ? undefined : turnOf(edited.id)
    replaced.current = edited
    // The list of finished uploads would cover the field.
    if (files.length > 0) clearUploads()
    leave()
    if (isOnce) {
      setPast(messages)
      return chat.ask({ message })
    }
    await chat.ask({
      message,
      replaces,
      threadId: async () => {
        if (own.current === null) {
          own.current = (await createThread(agent.id, key)).id
          onBorn(own.current)
        }
        return own.current
      },
    })
  }

  /** Empties the field. */
  function leave() {
    draft.forget()
    draft.set('')
    setEdited(null)
    setFiles([])
    setAttaching(false)
  }
  function edit(message: Message) {
    setEdited(message)
    setFiles(filesOf(message))
    draft.set(textOf(message))
  }
  /** A question that was refused goes back into the field. */
  function takeBack() {
    if (live.asked === null) return
    setFiles(filesOf(live.asked))
    draft.set(textOf(live.asked))
    setEdited(replaced.current)
    chat.clear()
  }
  const mayChange = mayRun && !isBusy && !isOnce && live.problem === null

  const failed = thread.isError ? thread : list.isError ? list : null
  if (failed !== null)
    return <ProblemNote problem={asProblem(failed.error)} onRetry={() => void failed.refetch()} />
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
              <More of={list} size="small">
                Older messages
              </More>
            </li>
          )}
          {messages.map((message, at) => (
            <MessageView
              key={`${message.id} ${message.id === '' ? at : ''}`}
              message={message}
              isLive={isBusy && message === live.answer}
              mayDecide={mayDecide}
              onDecide={chat.decide}
              actions={
                mayChange && (
                  <MessageActions
                    messages={messages}
                    at={at}
                    onEdit={edit}
                    onAgain={(question) =>
                      void chat.ask({
                        message: newQuestion(textOf(question), filesOf(question)),
                        replaces: turnOf(message.id),
                      })
                    }
                  />
                )
              }
            />
          ))}
        </ol>
        <StateNote live={live} onAgain={chat.askAgain} onEdit={takeBack} />
      </div>
      {mayRun && (
        <Composer
          text={draft.value}
          hasMore={files.length > 0}
          isWaiting={isUploading}
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
            <>
              <IconButton
                icon="file"
                label="Attach files"
                aria-expanded={isAttaching || files.length > 0}
                onClick={() => setAttaching(!isAttaching)}
              />
              {threadId === null && (
                <label className={styles.once}>
                  <input
                    type="checkbox"
                    checked={isOnce}
                    disabled={isBusy}
                    onChange={(event) => onOnce(event.target.checked)}
                  />
                  Without a thread: nothing said before is seen, and nothing is kept
                </label>
              )}
            </>
          }
        >
          {edited !== null && (
            <p className={styles.editing}>
              This replaces the last question and its answer.
              <Button size="small" look="quiet" onClick={leave}>
                Leave it
              </Button>
            </p>
          )}
          {(isAttaching || files.length > 0) && <Attachments files={files} onChange={setFiles} />}
        </Composer>
      )}
    </section>
  )
}
