import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { call } from '../../../api/client.ts'
import { asProblem } from '../../../api/problem.ts'
import { duration, shortId } from '../../../ui/format/time.ts'
import { Ago } from '../../../ui/format/time-text.tsx'
import { Pill } from '../../../ui/glyph.tsx'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { ProblemNote, Skeleton } from '../../../ui/kit/page.tsx'
import { shownStatus } from '../../../ui/status.ts'
import { useRunView } from '../run-view.ts'
import styles from './compare-dialog.module.css'

const MOST = 30

/** Chooses another run of the workflow. The run that this one follows comes first. */
export function CompareDialog({ onClose }: { onClose: () => void }) {
  const { run } = useRunView()
  const list = useQuery({
    queryKey: ['runs', 'to-compare', run.workflowId],
    queryFn: () => call('GET /runs', { query: { workflowId: run.workflowId ?? '', limit: MOST } }),
  })
  const others = (list.data?.items ?? [])
    .filter(({ id }) => id !== run.id)
    .sort((a, b) => Number(b.id === run.parentRunId) - Number(a.id === run.parentRunId))
  return (
    <Dialog
      size="large"
      title="Compare with"
      about={`The last ${MOST} runs of ${run.workflowName}. For another one, put its id into the URL.`}
      onClose={onClose}
    >
      {list.isPending && <Skeleton rows={4} />}
      {list.isError && <ProblemNote problem={asProblem(list.error)} />}
      {list.isSuccess && others.length === 0 && <p className="faint">It has no other runs yet.</p>}
      <ul className={styles.runs}>
        {others.map((one) => (
          <li key={one.id}>
            {/* The older one is on the left. */}
            <Link
              to="/runs/$id/compare/$other"
              params={
                one.createdAt < run.createdAt ? { id: one.id, other: run.id } : { id: run.id, other: one.id }
              }
            >
              <Pill
                status={shownStatus(
                  one.status,
                  one.waitingFor.map(({ kind }) => kind),
                )}
              />
              <b className="cut" dir="auto">
                {one.title ?? shortId(one.id)}
              </b>
              {one.id === run.parentRunId && <span className="faint">this run follows it</span>}
              <span className="num faint">{duration(one.durationMs)}</span>
              <span className="num faint">
                <Ago at={one.createdAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
