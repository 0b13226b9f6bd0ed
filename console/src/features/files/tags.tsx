import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button, IconButton } from '../../ui/kit/button.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { showProblem } from '../../ui/kit/toast.tsx'
import styles from './files.module.css'
import { type StoredFile, useUpdateFile } from './queries.ts'

const MAX_TAGS = 20

const focus = (field: HTMLInputElement | null) => field?.focus()

export function Tags({ file, etag, mayChange }: { file: StoredFile; etag: string; mayChange: boolean }) {
  const [text, setText] = useState<string | null>(null)
  const update = useUpdateFile()
  const save = (tags: string[]) =>
    update.mutate(
      { id: file.id, etag, tags },
      { onSuccess: () => setText(null), onError: (error) => showProblem(asProblem(error)) },
    )
  function add() {
    const tag = text?.trim() ?? ''
    if (tag === '' || file.tags.includes(tag)) setText(null)
    else save([...file.tags, tag])
  }
  if (!mayChange && file.tags.length === 0) return null
  return (
    <span className={styles.tags}>
      {file.tags.map((tag) => (
        <span key={tag}>
          <Tag>{tag}</Tag>
          {mayChange && (
            <IconButton
              size="small"
              icon="close"
              label={`Remove the tag ${tag}`}
              disabled={update.isPending}
              onClick={() => save(file.tags.filter((one) => one !== tag))}
            />
          )}
        </span>
      ))}
      {mayChange &&
        file.tags.length < MAX_TAGS &&
        (text === null ? (
          <Button size="small" look="quiet" icon="plus" onClick={() => setText('')}>
            Tag
          </Button>
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault()
              add()
            }}
          >
            <input
              className={styles.tagField}
              aria-label="New tag"
              placeholder="A tag, then Enter"
              maxLength={50}
              ref={focus}
              value={text}
              disabled={update.isPending}
              onChange={(event) => setText(event.target.value)}
              onBlur={() => text.trim() === '' && setText(null)}
              onKeyDown={(event) => event.key === 'Escape' && setText(null)}
            />
          </form>
        ))}
    </span>
  )
}
