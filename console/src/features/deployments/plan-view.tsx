import { bytes, count, plural } from '../../ui/format/time.ts'
import styles from './form.module.css'
import type { Plan } from './queries.ts'

const SIGNS = { add: '+', update: '~', remove: '−' }
const WORDS = { add: 'added', update: 'changed', remove: 'removed' }

/** What a deployment would change. Nothing has happened yet. */
export function PlanView({ plan }: { plan: Plan }) {
  const { files, changes, warnings, refusals } = plan
  const more = files.upload + files.remove - changes.length
  return (
    <section className={styles.plan} aria-label="Plan">
      {refusals.length > 0 && (
        <div className={styles.refusals} role="alert">
          <b>This deployment would fail:</b>
          <ul>
            {refusals.map((one) => (
              <li key={one.message}>
                {one.message} <span className="mono faint">{one.code}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <p role="status" className="num">
        {plural(files.total, 'file')} with {bytes(files.bytes)}: <b>{count(files.upload)} to send</b>
        {files.upload > 0 && ` (${bytes(files.uploadBytes)})`}, {count(files.unchanged)} unchanged
        {files.remove > 0 && `, ${count(files.remove)} to remove`}.
      </p>
      {warnings.length > 0 && (
        <ul className={styles.warnings} aria-label="Warnings">
          {warnings.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {changes.length > 0 && (
        <ul className={`${styles.changes} mono`} aria-label="Changes">
          {changes.map((one) => (
            <li key={`${one.change} ${one.path}`}>
              <span className="faint" title={WORDS[one.change]}>
                {SIGNS[one.change]}
                <span className="unseen"> {WORDS[one.change]}</span>
              </span>
              <bdi className="cut">{one.path}</bdi>
              <span className="faint">{bytes(one.sizeBytes)}</span>
            </li>
          ))}
          {more > 0 && <li>and {count(more)} more</li>}
        </ul>
      )}
    </section>
  )
}
