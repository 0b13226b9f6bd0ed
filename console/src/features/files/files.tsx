import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { pastedName } from '../../api/uploads/model.ts'
import { addUploads } from '../../api/uploads/queue.ts'
import type { Dropped } from '../../ui/dropped.ts'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { DropZone, FilesButton, usePastedFiles } from '../../ui/kit/drop-zone.tsx'
import { Head, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { LiveDot, useRights } from '../shell/index.ts'
import { Bin } from './bin.tsx'
import styles from './files.module.css'
import { Folder } from './folder.tsx'
import { LinksPage } from './links-page.tsx'
import { type FilesSearch, readSearch, type View } from './model/search.ts'
import { useStats } from './queries.ts'
import { RequestDialog } from './request-dialog.tsx'
import { Meter, Storage } from './storage.tsx'
import { useLiveFiles } from './use-live-files.ts'

export function Files() {
  useTitle('Files')
  useLiveFiles()
  const { team, ...found } = useSearch({ from: '/shell/files' })
  const search = readSearch(found)
  const { view, folder = '' } = search
  const go = useNavigate({ from: '/files' })
  const stats = useStats().data
  const { mayRun } = useRights()
  const [isRequesting, setRequesting] = useState(false)
  const change = (next: FilesSearch) => {
    void go({ search: { ...next, ...(team && { team }) } as typeof search })
  }
  const mayUpload = mayRun && view === undefined
  const upload = (files: Dropped[]) => void addUploads(files, folder)
  usePastedFiles(
    mayUpload
      ? (files) => upload(files.map(({ file, path }) => ({ file, path: pastedName(path, new Date()) })))
      : null,
  )
  const tabs = [
    { id: 'files', name: 'Files' },
    { id: 'bin', name: stats?.deleted.files ? `Bin ${count(stats.deleted.files)}` : 'Bin' },
    ...(mayRun ? [{ id: 'links', name: 'Links' }] : []),
    { id: 'storage', name: 'Storage' },
  ]
  return (
    <>
      <Head
        title="Files"
        end={
          <>
            {stats && <Meter stats={stats} onOpen={() => change({ view: 'storage' })} />}
            {view === undefined && (
              <SearchField
                label="Search files"
                placeholder="Name or tag"
                value={search.q ?? ''}
                onChange={(q) => {
                  const { q: _, ...others } = search
                  change(q === '' ? others : { ...others, q })
                }}
              />
            )}
            {mayUpload && (
              <Button foldsText icon="link" onClick={() => setRequesting(true)}>
                Request a file
              </Button>
            )}
            {mayUpload && (
              <FilesButton look="primary" onFiles={upload}>
                Upload
              </FilesButton>
            )}
          </>
        }
      >
        <span className="faint num">{stats && count(stats.files)}</span>
        <LiveDot />
      </Head>
      <Tabs
        label="Files"
        tabs={tabs}
        value={view ?? 'files'}
        onChange={(next) => change(next === 'files' ? {} : { view: next as View })}
      >
        {view === 'bin' && <Bin mayWrite={mayRun} />}
        {view === 'links' && mayRun && <LinksPage />}
        {view === 'storage' && <Storage />}
        {view === undefined && (
          <DropZone
            className={styles.zone}
            invitation={mayRun ? `Drop files to upload them${folder === '' ? '' : ` to ${folder}`}` : null}
            onFiles={upload}
          >
            <Folder search={search} onChange={change} onUpload={upload} mayWrite={mayRun} />
          </DropZone>
        )}
      </Tabs>
      {isRequesting && <RequestDialog folder={folder} onClose={() => setRequesting(false)} />}
    </>
  )
}
