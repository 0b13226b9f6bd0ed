import { Json } from '../../../ui/kit/json.tsx'
import { Skeleton } from '../../../ui/kit/page.tsx'
import { type Change, differencesOf } from '../model/compare.ts'
import { lastPlaceOf, placeAt } from '../model/look.ts'
import { useNode } from '../queries.ts'
import styles from './compare.module.css'
import type { Side } from './compare.tsx'

const MOST = 200

/** The input and output of the runs or of the selected step, with their differences. */
export function Values({ left, right, step }: { left: Side; right: Side; step: string | null }) {
  const [a, b] = [useValues(left, step), useValues(right, step)]
  if (a === null || b === null) return <Skeleton rows={3} />
  const name = step === null ? 'the runs' : (right.outline.byKey.get(step)?.name ?? step)
  return (
    <>
      <Difference title={`Input of ${name}`} left={a.input} right={b.input} />
      <Difference title={`Output of ${name}`} left={a.output} right={b.output} />
    </>
  )
}

function useValues({ run, live }: Side, step: string | null) {
  const path = step === null ? null : lastPlaceOf(live, step)
  const place = path === null ? null : placeAt(live, path)
  const node = useNode(run.id, place?.path ?? null, 'compared')
  if (step === null) return { input: run.input, output: run.output }
  if (place === null) return { input: undefined, output: undefined }
  if (node.data?.path !== place.path) return null
  return { input: node.data.input, output: node.data.output ?? undefined }
}

function Difference({ title, left, right }: { title: string; left: unknown; right: unknown }) {
  const changes = differencesOf(left, right, MOST)
  return (
    <section className={styles.values}>
      <h2>{title}</h2>
      {changes.length === 0 ? (
        <p className="faint">{left === undefined || left === null ? 'Both are empty.' : 'Equal.'}</p>
      ) : (
        <Changes changes={changes} />
      )}
      <details>
        <summary>Both values</summary>
        <div className={styles.both}>
          <Json value={left} empty="None" />
          <Json value={right} empty="None" />
        </div>
      </details>
    </section>
  )
}

const SIGNS = { added: '+', removed: '−', changed: '±' } as const

function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <ul className={styles.changes}>
      {changes.map(({ path, kind, left, right }) => (
        <li key={path} data-kind={kind}>
          <b title={kind}>{SIGNS[kind]}</b>
          <code>{path || 'value'}</code>
          {kind !== 'added' && <del>{brief(left)}</del>}
          {kind !== 'removed' && <ins>{brief(right)}</ins>}
        </li>
      ))}
      {changes.length === MOST && <li className="faint">Only the first {MOST} differences are shown.</li>}
    </ul>
  )
}

const LONGEST = 160
function brief(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
