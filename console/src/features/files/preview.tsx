// Shows the content of a file. Nothing of it is run: see model/preview.ts.
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { download } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { bytes } from '../../ui/format/time.ts'
import { Json } from '../../ui/kit/json.tsx'
import { Empty, ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { Markdown } from '../../ui/markdown/markdown.tsx'
import { DownloadButton } from './download-button.tsx'
import styles from './files.module.css'
import { baseOf } from './model/names.ts'
import { bytesToRead, decoded, type Look, lookOf } from './model/preview.ts'
import type { StoredFile } from './queries.ts'
import { TableView } from './table-view.tsx'

type Props = {
  file: StoredFile
  /** An earlier version; null for the current one. */
  version: { version: number; contentType: string; sizeBytes: number; sha256: string } | null
}

export function Preview({ file, version }: Props) {
  const { contentType, sizeBytes, sha256 } = version ?? file
  const look = lookOf({ contentType, sizeBytes })
  const most = bytesToRead(look, sizeBytes)
  const content = useQuery({
    // A content never changes.
    queryKey: ['file-content', file.id, sha256, most],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    enabled: look !== 'none',
    queryFn: () =>
      download('GET /files/{id}/content', {
        params: { id: file.id },
        ...(version && { query: { version: version.version } }),
        ...(most !== null && { range: `bytes=0-${most - 1}` }),
      }),
  })
  if (look === 'none')
    return (
      <Empty
        icon="file"
        title="No preview"
        action={
          <DownloadButton file={file} {...(version && { version: version.version })} foldsText={false} />
        }
      >
        Files of this kind, or of this size, are not shown here. Download it to open it.
      </Empty>
    )
  if (content.isError)
    return (
      <div className={styles.note}>
        <ProblemNote problem={asProblem(content.error)} onRetry={() => void content.refetch()} />
      </div>
    )
  if (!content.data) return <Skeleton rows={8} height={24} />
  return (
    <>
      {most !== null && (
        <p className={styles.note}>
          The first {bytes(most)} of {bytes(sizeBytes)}.
        </p>
      )}
      {look === 'image' || look === 'svg' ? (
        <Picture blob={content.data} look={look} contentType={contentType} name={baseOf(file.name)} />
      ) : (
        <TextContent key={sha256} blob={content.data} look={look} isCut={most !== null} />
      )}
    </>
  )
}

type PictureProps = { blob: Blob; look: 'image' | 'svg'; contentType: string; name: string }

function Picture({ blob, look, contentType, name }: PictureProps) {
  const [url, setUrl] = useState<string | null>(null)
  const [isBroken, setBroken] = useState(false)
  useEffect(() => {
    // As a `data:` URL, which browsers do not open as a page: opened by itself, an SVG could run scripts.
    if (look === 'svg') {
      const reader = new FileReader()
      reader.onload = () => setUrl(String(reader.result))
      reader.readAsDataURL(new Blob([blob], { type: contentType }))
      return () => reader.abort()
    }
    const made = URL.createObjectURL(new Blob([blob], { type: contentType }))
    setUrl(made)
    return () => URL.revokeObjectURL(made)
  }, [blob, look, contentType])
  if (isBroken) return <p className={styles.note}>The browser cannot show this picture.</p>
  return (
    <div className={styles.picture}>
      {url && <img src={url} alt={name} onError={() => setBroken(true)} />}
    </div>
  )
}

/** Beyond that, a browser takes long to lay a text out. */
const LONGEST_LINE = 20_000

function TextContent({ blob, look, isCut }: { blob: Blob; look: Look; isCut: boolean }) {
  const [text, setText] = useState<string | null>(null)
  const [view, setView] = useState<'shown' | 'source'>('shown')
  useEffect(() => {
    let isCurrent = true
    void blob.arrayBuffer().then((buffer) => isCurrent && setText(decoded(buffer, isCut)))
    return () => {
      isCurrent = false
    }
  }, [blob, isCut])
  if (text === null) return null
  const names: Partial<Record<Look, string>> = { json: 'Tree', table: 'Table', markdown: 'Text' }
  const name = names[look]
  if (name === undefined) return <Source text={text} />
  return (
    <>
      <div className={styles.views}>
        <Tabs
          look="box"
          label="View"
          tabs={[
            { id: 'shown', name },
            { id: 'source', name: 'Source' },
          ]}
          value={view}
          onChange={(next) => setView(next as typeof view)}
        />
      </div>
      {view === 'source' ? (
        <Source text={text} />
      ) : look === 'json' ? (
        <JsonView text={text} />
      ) : look === 'table' ? (
        <TableView text={text} isCut={isCut} />
      ) : (
        <div className={styles.markdown}>
          <Markdown text={text} />
        </div>
      )}
    </>
  )
}

function Source({ text }: { text: string }) {
  const lines = text.split('\n')
  const isCut = lines.some((line) => line.length > LONGEST_LINE)
  return (
    <div className={styles.source} role="region" tabIndex={0} aria-label="Source">
      {isCut ? lines.map((line) => line.slice(0, LONGEST_LINE)).join('\n') : text}
    </div>
  )
}

function JsonView({ text }: { text: string }) {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return <Source text={text} />
  }
  return (
    <div className={styles.json}>
      <Json value={value} />
    </div>
  )
}
