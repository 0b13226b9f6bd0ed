import { Link } from '@tanstack/react-router'
import { call } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { count, exact, shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { showToast } from '../../ui/kit/toast.tsx'
import { PageProblem, toPage } from '../shell/index.ts'
import { AdminFrame } from './frame.tsx'
import { type StuckRun, useAdminAction, useStuckRuns } from './queries.ts'
import { Rebuild } from './rebuild.tsx'

/** Runs that should have been woken and do not respond, and the repair of the index. */
export function StuckRuns() {
  useTitle('Stuck runs')
  const list = useStuckRuns()
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  return (
    <AdminFrame note={total !== undefined && <span className="faint num">{count(total)}</span>}>
      <div className={sheet.page}>
        {list.isError ? (
          <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={4} />
        ) : rows.length === 0 ? (
          <Empty icon="check" title="No run is stuck">
            A run appears here if it should have continued and does not respond.
          </Empty>
        ) : (
          <div className={sheet.scroll} role="region" aria-label="Stuck runs" tabIndex={0}>
            <table className={sheet.table} data-text="true">
              <thead>
                <tr>
                  <th scope="col">Run</th>
                  <th scope="col">Team</th>
                  <th scope="col">Status</th>
                  <th scope="col">Stuck since</th>
                  <th scope="col">Next wake</th>
                  <th scope="col">
                    <span className="unseen">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((one) => (
                  <Row key={one.id} run={one} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <More of={list} className={sheet.more}>
          Show more
        </More>
        <Rebuild />
      </div>
    </AdminFrame>
  )
}

function Row({ run: one }: { run: StuckRun }) {
  const params = { id: one.id }
  const wake = useAdminAction(() => call('POST /admin/runs/{id}/wake', { params }))
  const end = useAdminAction(() => call('POST /admin/runs/{id}/end', { params }))
  const remove = useAdminAction(() => call('DELETE /admin/runs/{id}', { params }))
  return (
    <tr>
      <th scope="row" className="mono" title={one.id}>
        {shortId(one.id)}
      </th>
      <td>
        <Link className="link mono" {...toPage('/admin/audit', { of: one.teamId })}>
          {shortId(one.teamId)}
        </Link>
      </td>
      <td>{one.status}</td>
      <td title={one.stuckSince === null ? undefined : exact(one.stuckSince)}>
        {one.stuckSince === null ? 'the tick has not tried' : <Ago at={one.stuckSince} />}
      </td>
      <td title={exact(one.wakeBy)}>
        <Ago at={one.wakeBy} />
      </td>
      <td>
        <span className={sheet.buttons}>
          <Button
            size="small"
            busy={wake.isPending}
            onClick={() =>
              wake.mutate(undefined, { onSuccess: ({ status }) => showToast(`The run is ${status}.`) })
            }
          >
            Wake
          </Button>
          <ConfirmButton
            size="small"
            question={`Cancel the run ${shortId(one.id)}?`}
            about="The run ends as cancelled, whatever team it belongs to."
            verb="Cancel the run"
            onConfirm={() => end.mutateAsync(undefined)}
          >
            Cancel
          </ConfirmButton>
          <ConfirmButton
            size="small"
            icon="trash"
            question={`Delete the run ${shortId(one.id)}?`}
            about="For a run whose stored state cannot be read. The run and its events are gone for good."
            verb={`Delete ${one.id}`}
            onConfirm={() => remove.mutateAsync(undefined)}
          >
            Delete
          </ConfirmButton>
        </span>
      </td>
    </tr>
  )
}
