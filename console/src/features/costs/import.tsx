import { useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { asProblem } from '../../api/problem.ts'
import { count, exact, plural } from '../../ui/format/time.ts'
import { Ago, Elapsed } from '../../ui/format/time-text.tsx'
import { buttonClass } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { StatusCell } from '../../ui/kit/status-cell.tsx'
import { Tile, Tiles } from '../../ui/kit/tiles.tsx'
import { shownStatus } from '../../ui/status.ts'
import { PageProblem, toPage, toRun, useRights } from '../shell/index.ts'
import { CostsFrame } from './frame.tsx'
import { type CostImport, isActive, useCancelImport, useImport, useImportErrors } from './import-queries.ts'

const SEPARATORS: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'bar' }
const ON_ERROR = {
  skip: 'left out',
  stop: 'end the import',
  dryRun: 'listed; nothing is written',
}
/** The server lists no more of them. */
const MOST_ERRORS = 1_000

export function ImportPage() {
  const { id } = useParams({ from: '/shell/costs/imports/$id' })
  const found = useImport(id)
  const one = found.data
  useTitle(one?.fileName ?? 'Import')
  const cancel = useCancelImport(id)
  const { mayRun } = useRights()
  useRefreshAtEnd(one)
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="import"
        list="/costs/imports"
        onRetry={() => void found.refetch()}
      />
    )
  return (
    <CostsFrame
      end={
        one &&
        mayRun &&
        (isActive(one) ? (
          <ConfirmButton
            icon="stop"
            question={`Cancel the import of ${one.fileName}?`}
            about="Rows that were imported already stay."
            verb="Cancel the import"
            onConfirm={() => cancel.mutateAsync()}
          >
            Cancel
          </ConfirmButton>
        ) : (
          <Link {...toPage('/costs/imports/new')} className={buttonClass({ look: 'primary' })}>
            Import a file
          </Link>
        ))
      }
    >
      <div className={sheet.page}>{one ? <Report of={one} /> : <Skeleton rows={8} height={48} />}</div>
    </CostsFrame>
  )
}

/** The sums of other pages change while an import runs. It may have ended before it was read for the first time. */
function useRefreshAtEnd(one: CostImport | undefined): void {
  const cache = useQueryClient()
  const hasEnded = one !== undefined && !isActive(one)
  useEffect(() => {
    if (hasEnded) void cache.invalidateQueries({ queryKey: ['costs'] })
  }, [hasEnded, cache])
}

function Report({ of: one }: { of: CostImport }) {
  const isCheck = one.options.onError === 'dryRun'
  const done = one.created + one.corrected + one.unchanged + one.refused
  return (
    <>
      <section className={sheet.reportHead} aria-label="Status">
        <h2>
          <bdi>{one.fileName || one.fileId}</bdi>
        </h2>
        <span role="status">
          <StatusCell status={shownStatus(one.status)} />
        </span>
        <span className="dim num">
          {isActive(one) ? (
            <>
              {plural(done, 'row')} after <Elapsed since={one.createdAt} />
            </>
          ) : (
            <span title={exact(one.createdAt)}>
              started <Ago at={one.createdAt} />
            </span>
          )}
        </span>
      </section>
      {one.error !== null && (
        <p className={sheet.fault} role="alert">
          {one.error}
        </p>
      )}
      {isCheck && one.status === 'succeeded' && (
        <p className={sheet.note}>The file was only checked. Nothing was written.</p>
      )}
      <Tiles label="Rows">
        <Tile name={isCheck ? 'Would be new' : 'New rows'} value={count(one.created)} />
        <Tile name={isCheck ? 'Would be corrected' : 'Corrected'} value={count(one.corrected)}>
          existed with other amounts
        </Tile>
        <Tile name="Unchanged" value={count(one.unchanged)}>
          existed already
        </Tile>
        <Tile
          name="Refused"
          value={<span className={one.refused > 0 ? sheet.bad : undefined}>{count(one.refused)}</span>}
        >
          rows with an error
        </Tile>
      </Tiles>
      <Facts
        facts={[
          ['Of', one.kind === 'costs' ? 'Costs' : 'Usage'],
          [
            'Run',
            one.runId && (
              <Link {...toRun(one.runId)} className="link mono">
                {one.runId}
              </Link>
            ),
          ],
          ['Mapping', one.options.mapping],
          ['Columns', one.options.columns === 'auto' ? null : one.options.columns],
          ['Separator', one.options.separator && SEPARATORS[one.options.separator]],
          ['Rows with an error', ON_ERROR[one.options.onError]],
          ['Read up to line', one.line > 0 && count(one.line)],
        ]}
      />
      {one.refused > 0 && <Refused of={one} />}
      {!isActive(one) && !isCheck && one.created + one.corrected > 0 && one.kind === 'costs' && (
        <p>
          <Link className="link" {...toPage('/costs/rows', { last: '12m' })}>
            Look at the rows
          </Link>
        </p>
      )}
    </>
  )
}

function Refused({ of: one }: { of: CostImport }) {
  const errors = useImportErrors(one.id, one.refused)
  const items = errors.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <section className={sheet.block} aria-labelledby="refused">
      <header>
        <h2 id="refused">Refused rows</h2>
        {one.refused > MOST_ERRORS && (
          <span className="faint">The first {count(MOST_ERRORS)} errors are kept.</span>
        )}
      </header>
      {errors.isError && (
        <ProblemNote problem={asProblem(errors.error)} onRetry={() => void errors.refetch()} />
      )}
      <div className={sheet.scroll}>
        <table className={sheet.lines}>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Column</th>
              <th scope="col">Reason</th>
            </tr>
          </thead>
          <tbody>
            {items.map(({ line, column, reason }, at) => (
              <tr key={`${line} ${column} ${at}`}>
                <td className="num">{count(line)}</td>
                <td className="mono">{column}</td>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <More of={errors} className={sheet.more}>
        Show more
      </More>
    </section>
  )
}
