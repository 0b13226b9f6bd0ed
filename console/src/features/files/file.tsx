import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { bytes } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import { PersonName } from '../people/index.ts'
import { LiveDot, PageProblem, toFiles, toRun, useRights } from '../shell/index.ts'
import { DownloadButton } from './download-button.tsx'
import styles from './files.module.css'
import { LinkList } from './link-list.tsx'
import { baseOf, folderOf } from './model/names.ts'
import { usesText } from './model/uses.ts'
import { Preview } from './preview.tsx'
import { type StoredFile, useDeleteFile, useFile, useRestoreFile } from './queries.ts'
import { RenameDialog } from './rename-dialog.tsx'
import type { FileTab } from './routes.ts'
import { ShareDialog } from './share-dialog.tsx'
import { Tags } from './tags.tsx'
import { useLiveFiles } from './use-live-files.ts'
import { UsesTab } from './uses-tab.tsx'
import { VersionsTab } from './versions-tab.tsx'

export function FilePage() {
  const { id } = useParams({ from: '/shell/files/$id' })
  useLiveFiles()
  const found = useFile(id)
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="file"
        list="/files"
        onRetry={() => void found.refetch()}
      />
    )
  if (!found.data) return <Skeleton />
  return <FileView key={id} file={found.data.file} etag={found.data.etag} />
}

function FileView({ file, etag }: { file: StoredFile; etag: string }) {
  const name = baseOf(file.name)
  const folder = folderOf(file.name)
  useTitle(name)
  const { tab = 'content' } = useSearch({ from: '/shell/files/$id' })
  const go = useNavigate({ from: '/files/$id' })
  const { mayRun } = useRights()
  const [open, setOpen] = useState<'rename' | 'share' | null>(null)
  const remove = useDeleteFile()
  const restore = useRestoreFile()
  const isDeleted = file.deletedAt !== null
  /** Files of runs stay as they are until their run is deleted. */
  const mayChange = mayRun && !isDeleted && file.runId === null
  useKeys({ Escape: () => void go(toFiles(folder === '' ? {} : { folder })) })

  async function toBin() {
    const deleted = await remove.mutateAsync({ id: file.id, etag }).catch(() => null)
    if (deleted === null) return
    showToast(`${name} moved to the bin. ${usesText(deleted.uses)}`.trim(), {
      label: 'Undo',
      act: () => restore.mutate({ id: file.id }),
    })
    await go(toFiles(folder === '' ? {} : { folder }))
  }
  const tabs = [
    { id: 'content', name: 'Content' },
    { id: 'versions', name: `Versions ${file.version}` },
    { id: 'uses', name: 'Used by' },
    ...(mayRun && file.runId === null ? [{ id: 'links', name: 'Links' }] : []),
  ]
  return (
    <>
      <Head
        title={
          <>
            <Link {...toFiles()} className="crumb wide-only">
              Files
            </Link>
            <bdi>{name}</bdi>
          </>
        }
        end={
          <>
            {mayChange && (
              <Button foldsText icon="link" onClick={() => setOpen('share')}>
                Share
              </Button>
            )}
            {mayChange && (
              <Button foldsText icon="folder" onClick={() => setOpen('rename')}>
                Rename or move
              </Button>
            )}
            {mayChange && (
              <Button foldsText icon="trash" busy={remove.isPending} onClick={() => void toBin()}>
                Delete
              </Button>
            )}
            {!isDeleted && <DownloadButton file={file} />}
          </>
        }
      >
        {isDeleted && <Tag>In the bin</Tag>}
        <LiveDot />
      </Head>
      <div className={styles.facts}>
        <span>
          In{' '}
          <Link {...toFiles(folder === '' ? {} : { folder })} className="link">
            {folder === '' ? 'the top folder' : folder}
          </Link>
        </span>
        <span className="num">{bytes(file.sizeBytes)}</span>
        <span className="mono">{file.contentType}</span>
        <span>
          {file.uploadedBy === null ? 'written by a run' : <PersonName id={file.uploadedBy} />},{' '}
          <Ago at={file.createdAt} />
        </span>
        {file.updatedAt !== file.createdAt && (
          <span>
            changed <Ago at={file.updatedAt} />
          </span>
        )}
        {file.runId !== null && (
          <span>
            belongs to{' '}
            <Link {...toRun(file.runId)} className="link">
              a run
            </Link>
            , and is deleted with it
          </span>
        )}
        <span className="mono faint">
          {file.id} <CopyButton label="Copy the id" text={file.id} />
        </span>
        <Tags key={file.tags.join(' ')} file={file} etag={etag} mayChange={mayChange} />
      </div>
      {isDeleted && <Deleted file={file} etag={etag} mayRestore={mayRun} />}
      <Tabs
        label="Of the file"
        tabs={tabs}
        value={tab}
        onChange={(next) => void go({ search: { tab: next as FileTab }, replace: true })}
      >
        <div className={styles.page}>
          {tab === 'content' &&
            (isDeleted ? (
              <Empty icon="trash" title="In the bin">
                Its content can be seen again when it is restored.
              </Empty>
            ) : (
              <Preview file={file} version={null} />
            ))}
          {tab === 'versions' && <VersionsTab file={file} etag={etag} mayRestore={mayChange} />}
          {tab === 'uses' && <UsesTab fileId={file.id} />}
          {tab === 'links' && mayRun && (
            <LinkList
              fileId={file.id}
              empty={
                <Empty
                  icon="link"
                  title="No links"
                  action={mayChange && <Button onClick={() => setOpen('share')}>Share the file</Button>}
                >
                  With a link, people without an account can download the file.
                </Empty>
              }
            />
          )}
        </div>
      </Tabs>
      {open === 'rename' && <RenameDialog file={file} etag={etag} onClose={() => setOpen(null)} />}
      {open === 'share' && <ShareDialog file={file} onClose={() => setOpen(null)} />}
    </>
  )
}

function Deleted({ file, etag, mayRestore }: { file: StoredFile; etag: string; mayRestore: boolean }) {
  const restore = useRestoreFile()
  return (
    <p className={styles.deleted}>
      It was deleted <Ago at={file.deletedAt} />, and can be restored for 7 days from then.
      {mayRestore && (
        <Button
          size="small"
          icon="retry"
          busy={restore.isPending}
          onClick={() => restore.mutate({ id: file.id, etag })}
        >
          Restore
        </Button>
      )}
    </p>
  )
}
