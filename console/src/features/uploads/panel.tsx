import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { firstUploads, progressOf, type Upload } from '../../api/uploads/model.ts'
import { answerTaken, cancelUpload, clearUploads, retryUpload } from '../../api/uploads/queue.ts'
import { bytes, count, plural } from '../../ui/format/time.ts'
import { Icon } from '../../ui/icon.tsx'
import { Button, IconButton } from '../../ui/kit/button.tsx'
import { toFile } from '../shell/index.ts'
import { mayRetry, reasonOf } from './model/reason.ts'
import styles from './panel.module.css'
import { useUploads } from './uploads.tsx'

/** Thousands of rows would be slow to draw with each step of their progress. */
const MAX_SHOWN = 100

export function UploadPanel() {
  const uploads = useUploads()
  const cache = useQueryClient()
  const [isOpen, setOpen] = useState(true)
  const progress = progressOf(uploads)
  useEffect(() => {
    if (progress.done > 0) void cache.invalidateQueries({ queryKey: ['files'] })
  }, [progress.done, cache])
  const taken = uploads.filter((one) => one.state === 'taken').map(({ id }) => id)
  const share = progress.totalBytes === 0 ? 1 : progress.sentBytes / progress.totalBytes
  return (
    <section className={styles.panel} aria-label="Uploads">
      <header>
        <b aria-live="polite">{titleOf(progress)}</b>
        {progress.open > 0 && (
          <span className="faint num">
            {bytes(progress.sentBytes)} of {bytes(progress.totalBytes)}
          </span>
        )}
        <IconButton
          size="small"
          icon={isOpen ? 'down' : 'chevron'}
          label={isOpen ? 'Fold' : 'Unfold'}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
        {progress.open === 0 && (
          <IconButton
            size="small"
            icon="close"
            label="Close uploads"
            onClick={() => {
              clearUploads()
              for (const { id } of uploads) cancelUpload(id)
            }}
          />
        )}
      </header>
      {progress.open > 0 && <Bar label="All uploads" share={share} />}
      {isOpen && (
        <>
          {taken.length > 1 && (
            <div className={styles.all}>
              <span>{plural(taken.length, 'name')} are taken.</span>
              <Button size="small" onClick={() => answerTaken(taken, 'version')}>
                Add all as new versions
              </Button>
              <Button size="small" onClick={() => answerTaken(taken, 'rename')}>
                Keep both of all
              </Button>
            </div>
          )}
          <ul>
            {firstUploads(uploads, MAX_SHOWN).map((one) => (
              <Row key={one.id} upload={one} />
            ))}
            {uploads.length > MAX_SHOWN && <li>and {count(uploads.length - MAX_SHOWN)} more</li>}
          </ul>
        </>
      )}
    </section>
  )
}

function titleOf({ open, stuck, done, total }: ReturnType<typeof progressOf>): string {
  if (open > 0) return `Uploading ${plural(open, 'file')}`
  if (stuck > 0) return total === 1 ? 'Not uploaded' : `${stuck} of ${plural(total, 'file')} not uploaded`
  return `${plural(done, 'file')} uploaded`
}

const Bar = ({ label, share }: { label: string; share: number }) => (
  <div
    className={styles.bar}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    aria-valuenow={Math.round(share * 100)}
  >
    <i style={{ width: `${share * 100}%` }} />
  </div>
)

function Row({ upload: one }: { upload: Upload }) {
  const cut = one.name.lastIndexOf('/') + 1
  const name = one.name.slice(cut)
  const isOpen = one.state === 'waiting' || one.state === 'sending'
  return (
    <li data-state={one.state}>
      <Icon name={one.state === 'done' ? 'check' : isOpen ? 'upload' : 'info'} size={14} />
      <div>
        {one.fileId === null ? (
          <b className="cut">
            <bdi>{name}</bdi>
          </b>
        ) : (
          <Link {...toFile(one.fileId)} className="cut">
            <b>
              <bdi>{name}</bdi>
            </b>
          </Link>
        )}
        <small className={one.state === 'failed' ? styles.bad : 'faint'}>{noteOf(one)}</small>
        {one.state === 'sending' && (
          <Bar label={name} share={one.sizeBytes === 0 ? 0 : one.sentBytes / one.sizeBytes} />
        )}
        {one.state === 'taken' && (
          <span className={styles.answers}>
            <Button size="small" onClick={() => answerTaken([one.id], 'version')}>
              New version
            </Button>
            <Button size="small" onClick={() => answerTaken([one.id], 'rename')}>
              Keep both
            </Button>
          </span>
        )}
      </div>
      {one.state === 'failed' && one.problem && mayRetry(one.problem) && (
        <IconButton
          size="small"
          icon="retry"
          label={`Send ${name} again`}
          onClick={() => retryUpload(one.id)}
        />
      )}
      <IconButton
        size="small"
        icon="close"
        label={isOpen ? `Cancel ${name}` : `Remove ${name} from this list`}
        onClick={() => cancelUpload(one.id)}
      />
    </li>
  )
}

function noteOf(upload: Upload): string {
  const { state, sizeBytes, sentBytes, problem, isUnchanged, name } = upload
  const folder = name.slice(0, Math.max(0, name.lastIndexOf('/')))
  if (state === 'failed') return reasonOf({ problem, sizeBytes })
  if (state === 'taken') return 'The team has another file with this name.'
  if (state === 'done' && isUnchanged) return 'It was there already, with the same content.'
  if (state === 'sending' && sentBytes >= sizeBytes) return 'Checking and storing it'
  return `${bytes(sizeBytes)}${folder && `, in ${folder}`}`
}
