import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { bytes, plural } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { Empty, Skeleton } from '../../ui/kit/page.tsx'
import { SelectionBar } from '../../ui/kit/selection-bar.tsx'
import { showProblem, showToast } from '../../ui/kit/toast.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { PageProblem, toFile } from '../shell/index.ts'
import { iconOf } from './file-columns.tsx'
import { baseOf } from './model/names.ts'
import { type StoredFile, useFiles, useRefreshFiles } from './queries.ts'
import { RestoreDialog } from './restore-dialog.tsx'

const DAYS_KEPT = 7
const DAY_MS = 86_400_000

const endOf = ({ deletedAt }: StoredFile): string =>
  new Date(Date.parse(deletedAt ?? '') + DAYS_KEPT * DAY_MS).toISOString()

const COLUMNS: Column<StoredFile>[] = [
  {
    name: 'Kind',
    width: '32px',
    phone: 'sign',
    cell: (row) => (
      <span className="faint">
        <Icon name={iconOf(row.contentType)} size={15} />
      </span>
    ),
  },
  {
    name: 'Name',
    width: 'minmax(180px, 2fr)',
    phone: 'title',
    cell: (row) => <bdi title={row.name}>{row.name}</bdi>,
  },
  { name: 'Size', width: '72px', phone: 'end', align: 'end', cell: (row) => bytes(row.sizeBytes) },
  {
    name: 'Deleted',
    width: '100px',
    medium: '90px',
    align: 'end',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.deletedAt} />
      </span>
    ),
  },
  {
    name: 'Removed',
    width: '100px',
    phone: 'detail',
    align: 'end',
    cell: (row) => (
      <span className="faint">
        <Ago at={endOf(row)} />
      </span>
    ),
  },
]

/** Deleted files, which can be restored for a week. */
export function Bin({ mayWrite }: { mayWrite: boolean }) {
  const go = useNavigate()
  const list = useFiles({}, true)
  const refresh = useRefreshFiles()
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  const [renamed, setRenamed] = useState<StoredFile | null>(null)
  const [isBusy, setBusy] = useState(false)
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const chosen = rows.filter(({ id }) => picked.has(id))
  const total = list.data?.pages[0]?.total ?? 0

  async function restore() {
    setBusy(true)
    let restored = 0
    for (const file of chosen)
      try {
        await call('POST /files/{id}/restore', { params: { id: file.id } })
        restored += 1
      } catch (error) {
        const problem = asProblem(error)
        // Another file has the name meanwhile. One at a time gets a new one.
        if (problem.code === 'file.name_taken') setRenamed(file)
        else showProblem(problem)
      }
    setBusy(false)
    setPicked(new Set())
    refresh()
    if (restored > 0) showToast(`${plural(restored, 'file')} restored.`)
  }
  async function purge() {
    for (const { id } of chosen)
      await call('DELETE /files/{id}', { params: { id }, query: { permanent: 'true' } }).catch((error) =>
        showProblem(asProblem(error)),
      )
    setPicked(new Set())
    refresh()
  }
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={10} />
  if (rows.length === 0)
    return (
      <Empty icon="trash" title="The bin is empty">
        Deleted files stay here for {DAYS_KEPT} days and can be restored. Until then, they count against the
        storage of the team.
      </Empty>
    )
  return (
    <>
      <DataTable
        label="Deleted files"
        columns={COLUMNS}
        rows={rows}
        total={total}
        nameOf={({ name }) => baseOf(name)}
        onOpen={({ id }) => void go(toFile(id))}
        onEnd={() => loadNextPage(list)}
        picked={picked}
        onPick={mayWrite ? setPicked : undefined}
      />
      {chosen.length > 0 && (
        <SelectionBar
          label="Chosen files"
          chosen={chosen.length}
          total={total}
          onAll={list.hasNextPage ? undefined : () => setPicked(new Set(rows.map(({ id }) => id)))}
          onClear={() => setPicked(new Set())}
        >
          <Button look="quiet" size="small" icon="retry" busy={isBusy} onClick={() => void restore()}>
            Restore
          </Button>
          <ConfirmButton
            look="quiet"
            size="small"
            icon="trash"
            question={
              chosen.length === 1
                ? `Delete ${baseOf(chosen[0]?.name ?? '')} for good?`
                : `Delete ${plural(chosen.length, 'file')} for good?`
            }
            about="All versions are deleted immediately. This cannot be undone."
            verb="Delete for good"
            onConfirm={purge}
          >
            Delete for good
          </ConfirmButton>
        </SelectionBar>
      )}
      {renamed && <RestoreDialog file={renamed} onClose={() => setRenamed(null)} />}
    </>
  )
}
