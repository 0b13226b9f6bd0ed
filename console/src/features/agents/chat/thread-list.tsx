import { useState } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { count } from '../../../ui/format/time.ts'
import { Ago } from '../../../ui/format/time-text.tsx'
import { Glyph } from '../../../ui/glyph.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { ConfirmButton } from '../../../ui/kit/confirm.tsx'
import { More } from '../../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { useMe, useRights } from '../../shell/index.ts'
import styles from './chat.module.css'
import { type Thread, useDeleteThread, useThreads } from './queries.ts'
import { RenameDialog } from './rename-dialog.tsx'

type Props = {
  agentId: string
  chosen: string | null
  q: string
  onSearch: (q: string) => void
  onChoose: (id: string | null) => void
}

/** The conversations of the team with this agent, the newest first. */
export function ThreadList({ agentId, chosen, q, onSearch, onChoose }: Props) {
  const list = useThreads(agentId, q)
  const me = useMe().data?.id
  const { mayRun, mayManage } = useRights()
  const [renamed, setRenamed] = useState<Thread | null>(null)
  const remove = useDeleteThread()
  const threads = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  return (
    <nav className={styles.threads} aria-label="Conversations">
      <header>
        <h2>
          Conversations <span className="faint num">{count(total)}</span>
        </h2>
        {mayRun && (
          <Button size="small" icon="plus" onClick={() => onChoose(null)}>
            New
          </Button>
        )}
      </header>
      {(total > 5 || q !== '') && (
        <input
          type="search"
          className={styles.threadSearch}
          aria-label="Search conversations"
          placeholder="Words in the title"
          maxLength={100}
          defaultValue={q}
          onChange={(event) => onSearch(event.target.value.trim())}
        />
      )}
      {list.isError ? (
        <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={4} height={44} />
      ) : threads.length === 0 ? (
        <p className="faint">{q === '' ? 'None yet.' : 'None with these words.'}</p>
      ) : (
        <ul>
          {threads.map((one) => {
            const mayChange = mayRun && (one.createdBy === me || mayManage)
            return (
              <li key={one.id} data-chosen={one.id === chosen}>
                <button
                  type="button"
                  aria-current={one.id === chosen ? 'true' : undefined}
                  onClick={() => onChoose(one.id)}
                >
                  <span className="cut" dir="auto">
                    {one.runId !== null && <Glyph status="running" size={12} />}{' '}
                    {one.title || 'Without a title'}
                  </span>
                  <small>
                    <Ago at={one.updatedAt} />, {one.turns} {one.turns === 1 ? 'question' : 'questions'}
                  </small>
                </button>
                {mayChange && one.id === chosen && (
                  <span className={styles.threadActions}>
                    <Button size="small" look="quiet" onClick={() => setRenamed(one)}>
                      Rename
                    </Button>
                    <ConfirmButton
                      size="small"
                      look="quiet"
                      question={`Delete "${one.title || 'Without a title'}"?`}
                      about="Everything that was said in it is deleted. The runs of its answers are kept. This cannot be undone."
                      verb="Delete"
                      onConfirm={async () => {
                        await remove.mutateAsync(one.id)
                        onChoose(null)
                      }}
                    >
                      Delete
                    </ConfirmButton>
                  </span>
                )}
              </li>
            )
          })}
        </ul>
      )}
      <More of={list} size="small">
        Older ones
      </More>
      {renamed && <RenameDialog thread={renamed} onClose={() => setRenamed(null)} />}
    </nav>
  )
}
