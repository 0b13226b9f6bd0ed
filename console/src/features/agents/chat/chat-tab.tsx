import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button } from '../../../ui/kit/button.tsx'
import { useNarrow } from '../../../ui/use-media.ts'
import { firstModel, isOffline, OFFLINE_NOTE } from '../model/words.ts'
import { type Agent, useModels } from '../queries.ts'
import styles from './chat.module.css'
import { Conversation } from './conversation.tsx'
import { ThreadList } from './thread-list.tsx'

export function ChatTab({ agent }: { agent: Agent }) {
  const { thread = null, once = false, q = '' } = useSearch({ from: '/shell/agents/$id' })
  const go = useNavigate({ from: '/agents/$id' })
  const isNarrow = useNarrow()
  const [isListOpen, setListOpen] = useState(false)
  /** A conversation that has just got its thread stays the same one. */
  const [own, setOwn] = useState<{ key: number; thread: string | null }>({ key: 0, thread: null })
  const models = useModels().data
  const choose = (id: string | null) => {
    setOwn({ key: own.key + 1, thread: null })
    setListOpen(false)
    void go({ search: { ...(q && { q }), ...(id && { thread: id }) } })
  }
  const isOwn = thread === null || thread === own.thread
  return (
    <div className={styles.chat}>
      {isNarrow && (
        <Button size="small" aria-expanded={isListOpen} onClick={() => setListOpen(!isListOpen)}>
          {isListOpen ? 'Hide the conversations' : 'Conversations'}
        </Button>
      )}
      {(!isNarrow || isListOpen) && (
        <ThreadList
          agentId={agent.id}
          chosen={thread}
          q={q}
          onSearch={(next) =>
            void go({ search: ({ q: _, ...old }) => ({ ...old, ...(next && { q: next }) }), replace: true })
          }
          onChoose={choose}
        />
      )}
      <div className={styles.right}>
        {models && isOffline(firstModel(agent, models)) && (
          <p className={styles.offline}>{OFFLINE_NOTE} Give the team a key of a provider to use another.</p>
        )}
        <Conversation
          key={isOwn ? own.key : thread}
          agent={agent}
          threadId={thread}
          isOnce={once && thread === null}
          onOnce={(isOnce) => void go({ search: isOnce ? { once: true } : {}, replace: true })}
          onBorn={(id) => {
            setOwn({ key: own.key, thread: id })
            void go({ search: { thread: id }, replace: true })
          }}
        />
      </div>
    </div>
  )
}
