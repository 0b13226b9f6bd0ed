import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { bytes } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { Skeleton } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { PersonName } from '../people/index.ts'
import { PageProblem } from '../shell/index.ts'
import { DownloadButton } from './download-button.tsx'
import styles from './files.module.css'
import { baseOf } from './model/names.ts'
import { Preview } from './preview.tsx'
import { type FileVersion, type StoredFile, useRestoreFile, useVersions } from './queries.ts'

type Props = { file: StoredFile; etag: string; mayRestore: boolean }

/** All versions that are kept. Restoring one makes it the current one, and keeps the others. */
export function VersionsTab({ file, etag, mayRestore }: Props) {
  const list = useVersions(file.id)
  const restore = useRestoreFile()
  const [shown, setShown] = useState<FileVersion | null>(null)
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={4} height={52} />
  const take = ({ version }: FileVersion) =>
    restore.mutate(
      { id: file.id, version, etag },
      { onSuccess: () => showToast(`Version ${version} is the current one.`) },
    )
  return (
    <>
      <ul className={styles.list}>
        {list.data.items.map((one) => (
          <li key={one.version}>
            <span className="num">v{one.version}</span>
            <div>
              <b>
                {bytes(one.sizeBytes)} {one.isCurrent && <Tag>Current</Tag>}
              </b>
              <small>
                {one.createdBy === null ? 'by a run' : <PersonName id={one.createdBy} />}{' '}
                <Ago at={one.createdAt} /> ·{' '}
                <span title={one.sha256}>SHA-256 {one.sha256.slice(0, 12)}…</span>
              </small>
            </div>
            {file.deletedAt === null && (
              <>
                <Button size="small" onClick={() => setShown(one)}>
                  Show
                </Button>
                <DownloadButton size="small" file={file} version={one.version} />
              </>
            )}
            {mayRestore && !one.isCurrent && (
              <Button
                size="small"
                icon="retry"
                foldsText
                busy={restore.isPending && restore.variables.version === one.version}
                onClick={() => take(one)}
              >
                Make it the current one
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p className={styles.note}>
        An upload under the same name adds a version. The plan limits how many are kept: the oldest are
        deleted.
      </p>
      {shown && (
        <Dialog
          size="large"
          title={`${baseOf(file.name)}, version ${shown.version}`}
          onClose={() => setShown(null)}
        >
          <Preview file={file} version={shown} />
        </Dialog>
      )}
    </>
  )
}
