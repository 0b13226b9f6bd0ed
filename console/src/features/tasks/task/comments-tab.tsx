import { useState } from 'react'
import { newIdempotencyKey } from '../../../api/client.ts'
import { asProblem } from '../../../api/problem.ts'
import { useDraft } from '../../../ui/form/draft.ts'
import { Ago } from '../../../ui/format/time-text.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { TextAreaField } from '../../../ui/kit/field.tsx'
import { More } from '../../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { PersonField, PersonName, PersonTag } from '../../people/index.ts'
import { useComment } from '../mutations.ts'
import { useComments } from '../queries.ts'
import styles from './task.module.css'
import type { TabProps } from './work-tab.tsx'

export function CommentsTab({ task, mayRun }: TabProps) {
  const list = useComments(task.id)
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className={styles.scroll}>
      <div className={styles.column}>
        {mayRun && <CommentForm taskId={task.id} />}
        {list.isError ? (
          <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={3} height={60} />
        ) : items.length === 0 ? (
          <p className="faint">No comment yet.</p>
        ) : (
          <ul className={styles.comments} aria-label="Comments">
            {items.map((one) => (
              <li key={one.id}>
                <p>
                  <b>
                    <PersonName id={one.userId} />
                  </b>{' '}
                  <span className="faint">
                    <Ago at={one.createdAt} />
                  </span>
                </p>
                <p className={styles.text}>
                  <bdi>
                    <CommentText text={one.text} />
                  </bdi>
                </p>
              </li>
            ))}
          </ul>
        )}
        {list.hasNextPage && (
          <div>
            <More of={list}>Older comments</More>
          </div>
        )}
      </div>
    </div>
  )
}

const MENTION = /(@usr_\w+)/

/** Mentions as names. */
const CommentText = ({ text }: { text: string }) => (
  <>
    {text.split(MENTION).map((part, at) =>
      MENTION.test(part) ? (
        <b key={at}>
          @<PersonName id={part.slice(1)} />
        </b>
      ) : (
        part
      ),
    )}
  </>
)

function CommentForm({ taskId }: { taskId: string }) {
  const draft = useDraft(`task.comment.${taskId}`, () => ({ text: '', mentions: [] as string[] }))
  const { text, mentions } = draft.value
  const [key, setKey] = useState(newIdempotencyKey)
  const comment = useComment(taskId)
  async function send() {
    const made = await comment.mutateAsync({ text, mentions, key }).catch(() => null)
    if (made === null) return
    draft.discard()
    setKey(newIdempotencyKey())
  }
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <TextAreaField
        label="Comment"
        required
        maxLength={10_000}
        value={text}
        onChange={(event) => draft.set({ text: event.target.value, mentions })}
      />
      {mentions.length > 0 && (
        <p className={styles.tags}>
          Also notified:
          {mentions.map((id) => (
            <Button
              key={id}
              look="quiet"
              size="small"
              icon="close"
              onClick={() => draft.set({ text, mentions: mentions.filter((one) => one !== id) })}
            >
              <PersonTag id={id} />
            </Button>
          ))}
        </p>
      )}
      <PersonField
        label="Notify (optional)"
        value={null}
        onChange={(id) => id !== null && draft.set({ text, mentions: [...new Set([...mentions, id])] })}
      />
      {comment.isError && <ProblemNote problem={asProblem(comment.error)} />}
      <div>
        <Button type="submit" look="primary" busy={comment.isPending}>
          Comment
        </Button>
      </div>
    </form>
  )
}
