import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { type Definition, GraphView, outlineOf } from '../run/index.ts'
import { useDiff, useRestore, useVersion, useVersions, type Workflow } from './queries.ts'
import styles from './workflow.module.css'

type Props = { workflow: Workflow; etag: string; mayWrite: boolean }

/** The history of changes. Two versions can be compared in one graph. */
export function VersionsTab({ workflow, etag, mayWrite }: Props) {
  const { from, to = workflow.version } = useSearch({ from: '/shell/workflows/$id' })
  const before = from ?? (to > 1 ? to - 1 : undefined)
  const go = useNavigate({ from: '/workflows/$id' })
  const list = useVersions(workflow.id)
  const restore = useRestore(workflow.id)
  if (list.isError) return <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (!list.data) return <Skeleton />
  const versions = list.data.pages.flatMap((page) => page.items)
  return (
    <div className={styles.split}>
      <Difference workflowId={workflow.id} from={before} to={to} />
      <aside className={styles.side} aria-label="Versions">
        <ol className={styles.versions}>
          {versions.map((one) => (
            <li key={one.version} data-chosen={one.version === to}>
              <button
                type="button"
                onClick={() => void go({ search: { tab: 'versions', to: one.version }, replace: true })}
              >
                <b className="num">Version {one.version}</b> {one.current && <Tag>Current</Tag>}
                <small>
                  <Ago at={one.createdAt} />
                  {one.note && `: ${one.note}`}
                </small>
              </button>
              {mayWrite && !one.current && (
                <ConfirmButton
                  size="small"
                  look="quiet"
                  question={`Restore version ${one.version}?`}
                  about="This creates a new version with the same content. Active runs keep their version."
                  verb="Restore"
                  onConfirm={() => restore.mutateAsync({ version: one.version, etag })}
                >
                  Restore
                </ConfirmButton>
              )}
            </li>
          ))}
        </ol>
        <More of={list} size="small">
          Older ones
        </More>
      </aside>
    </div>
  )
}

function Difference({ workflowId, from, to }: { workflowId: string; from: number | undefined; to: number }) {
  const diff = useDiff(workflowId, from, to).data
  const version = useVersion(workflowId, to).data
  const [chosen, setChosen] = useState<string | null>(null)
  const definition = version?.definition as unknown as Definition | undefined
  const outline = useMemo(() => (definition ? outlineOf(definition) : null), [definition])
  const marks = useMemo(() => {
    const found = new Map<string, { mark: string; other: null }>()
    for (const id of diff?.nodes.added ?? []) found.set(id, { mark: 'added', other: null })
    for (const { id } of diff?.nodes.changed ?? []) found.set(id, { mark: 'changed', other: null })
    return found
  }, [diff])
  if (!outline) return <Skeleton />
  const changes = diff?.nodes.changed.filter((one) => chosen === null || one.id === chosen) ?? []
  return (
    <section className={styles.graph} aria-label={`Version ${to}`}>
      <div className={styles.drawn}>
        <GraphView outline={outline} live={null} chosen={chosen} onChoose={setChosen} marks={marks} />
      </div>
      {diff && from !== undefined && (
        <div className={styles.changes}>
          <b>
            Since version {from}: {describeDifference(diff)}
          </b>
          {diff.nodes.removed.length > 0 && <p>Removed: {diff.nodes.removed.join(', ')}</p>}
          {[
            ...changes.flatMap((one) => one.changes.map((change) => ({ ...change, id: one.id }))),
            ...diff.settings.map((change) => ({ ...change, id: 'settings' })),
          ].map((change) => (
            <div key={`${change.id}${change.path}`} className={styles.change}>
              <span className="mono">
                {change.id} {change.path}
              </span>
              <del className="mono">{short(change.before)}</del>
              <ins className="mono">{short(change.after)}</ins>
            </div>
          ))}
        </div>
      )}
    </section>
  )
}

const MAX_SHOWN = 200
const short = (value: unknown): string =>
  value === undefined ? '' : JSON.stringify(value).slice(0, MAX_SHOWN)

function describeDifference(diff: {
  same: boolean
  nodes: { added: unknown[]; removed: unknown[]; changed: unknown[] }
  edges: { added: unknown[]; removed: unknown[] }
}): string {
  if (diff.same) return 'no changes'
  const parts = [
    [diff.nodes.added.length, 'steps added'],
    [diff.nodes.removed.length, 'removed'],
    [diff.nodes.changed.length, 'changed'],
    [diff.edges.added.length + diff.edges.removed.length, 'edges changed'],
  ] as const
  return (
    parts
      .filter(([many]) => many > 0)
      .map(([many, what]) => `${many} ${what}`)
      .join(', ') || 'settings or triggers changed'
  )
}
