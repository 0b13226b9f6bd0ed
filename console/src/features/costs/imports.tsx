import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { shownStatus, statusLabel } from '../../ui/status.ts'
import { PageProblem, toPage, useRights } from '../shell/index.ts'
import { CostsFrame } from './frame.tsx'
import { type CostImport, useImports } from './import-queries.ts'
import { toCostImport } from './links.ts'
import { IMPORT_STATUSES, type ImportFilter, readImports } from './routes.ts'

const KINDS = { costs: 'Costs', usage: 'Usage' }

const number = (value: number) => (value === 0 ? <span className="faint">0</span> : count(value))

const COLUMNS: readonly Column<CostImport>[] = [
  {
    name: 'Status',
    width: '104px',
    phone: 'sign',
    cell: (row) => <StatusCell status={shownStatus(row.status)} />,
  },
  {
    name: 'File',
    width: 'minmax(140px, 1.4fr)',
    phone: 'title',
    cell: (row) => (
      <span title={row.fileName}>
        <bdi className={sheet.strong}>{row.fileName || row.fileId}</bdi>{' '}
        {row.options.onError === 'dryRun' && <Tag>Only checked</Tag>}
      </span>
    ),
  },
  { name: 'Of', width: '70px', medium: null, cell: (row) => <span className="dim">{KINDS[row.kind]}</span> },
  {
    name: 'Mapping',
    width: 'minmax(70px, 0.6fr)',
    medium: null,
    cell: (row) => <span className="faint">{row.options.mapping}</span>,
  },
  { name: 'New', width: '90px', align: 'end', cell: (row) => number(row.created) },
  { name: 'Corrected', width: '90px', align: 'end', cell: (row) => number(row.corrected) },
  { name: 'Unchanged', width: '90px', align: 'end', cell: (row) => number(row.unchanged) },
  {
    name: 'Refused',
    width: '90px',
    align: 'end',
    cell: (row) => <span className={row.refused > 0 ? sheet.bad : undefined}>{number(row.refused)}</span>,
  },
  {
    name: 'Started',
    width: '80px',
    align: 'end',
    phone: 'end',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.createdAt} />
      </span>
    ),
  },
]

export function Imports() {
  useTitle('Imports of costs')
  const search = readImports(useSearch({ from: '/shell/costs/imports' }))
  const go = useNavigate({ from: '/costs/imports' })
  const list = useImports(search)
  const { mayRun } = useRights()
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: { [Name in keyof ImportFilter]?: string }) =>
    void go({
      search: (old) => changedSearch<ImportFilter>(old, change),
      replace: true,
    })
  const start = mayRun && (
    <Link {...toPage('/costs/imports/new')} className={buttonClass({ look: 'primary' })}>
      Import a file
    </Link>
  )
  return (
    <CostsFrame note={total !== undefined && <span className="faint num">{count(total)}</span>} end={start}>
      <FilterBar
        end={
          <>
            <FilterChoice label="Status" value={search.status} onChange={(status) => set({ status })}>
              {IMPORT_STATUSES.map((one) => (
                <option key={one} value={one}>
                  {statusLabel(one)}
                </option>
              ))}
            </FilterChoice>
            <FilterChoice label="Kind" value={search.kind} onChange={(kind) => set({ kind })}>
              {Object.entries(KINDS).map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </FilterChoice>
          </>
        }
      />
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={8} />
      ) : rows.length === 0 ? (
        <NoImports
          isFiltered={Boolean(search.status || search.kind)}
          onReset={() => set({ status: '', kind: '' })}
        >
          {start}
        </NoImports>
      ) : (
        <DataTable
          label="Imports"
          columns={COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(row) => row.fileName}
          onOpen={(row) => void go(toCostImport(row.id))}
          onEnd={() => loadNextPage(list)}
        />
      )}
    </CostsFrame>
  )
}

type NoImportsProps = { isFiltered: boolean; onReset: () => void; children: React.ReactNode }

const CURL = `curl -X POST '${location.origin}/api/v1/costs/import/file' -H "x-api-key: $KEY" -H 'content-type: text/csv' --data-binary @bill.csv`

function NoImports({ isFiltered, onReset, children }: NoImportsProps) {
  if (isFiltered)
    return (
      <Empty
        icon="filter"
        title="No matching imports"
        action={<Button onClick={onReset}>Show all imports</Button>}
      />
    )
  return (
    <Empty icon="upload" title="No imports yet" action={children}>
      Bills as CSV, JSON lines, Excel or FOCUS become rows of costs. Importing a file again changes nothing.
      <code className={sheet.curl}>{CURL}</code>
    </Empty>
  )
}
