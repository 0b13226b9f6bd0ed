import { Link } from '@tanstack/react-router'
import { duration, plural, shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Pill } from '../../ui/glyph.tsx'
import { Json } from '../../ui/kit/json.tsx'
import { toRun } from '../shell/index.ts'
import { signOf } from './model/delivery.ts'
import type { DeliveryDetail } from './queries.ts'
import styles from './webhook.module.css'

const MAX_ATTEMPTS = 10

/** What was sent, and what came back. */
export function DeliveryView({ delivery: one }: { delivery: DeliveryDetail }) {
  const { shown, label } = signOf(one)
  return (
    <div className={styles.detail}>
      <div className={styles.result} role="status">
        <Pill status={shown} label={label} />
        <span>
          {one.status === 'pending'
            ? `${one.attempt} of ${MAX_ATTEMPTS} attempts`
            : plural(one.attempt, 'attempt')}
        </span>
        {one.lastAttemptAt && (
          <span className="dim">
            last <Ago at={one.lastAttemptAt} />
          </span>
        )}
        {one.nextAttemptAt && (
          <span className="dim">
            next <Ago at={one.nextAttemptAt} />
          </span>
        )}
        {one.runId && (
          <Link {...toRun(one.runId)} className="link">
            Run <span className="mono">{shortId(one.runId)}</span>
          </Link>
        )}
      </div>
      {one.error && <p className={styles.bad}>{one.error}</p>}
      <section aria-label="Response">
        <h3>Response</h3>
        {one.response === null ? (
          <p className="faint">There was none.</p>
        ) : (
          <>
            <p className="num">
              HTTP {one.response.status} after {duration(one.response.durationMs)}
            </p>
            <Headers headers={one.response.headers} />
            {one.response.body === '' ? <p className="faint">No body.</p> : <pre>{one.response.body}</pre>}
          </>
        )}
      </section>
      <section aria-label="Request">
        <h3>Request</h3>
        <p className="mono">
          {one.request.method} {one.url}
        </p>
        <Headers headers={one.request.headers} />
        <Json title="Body" value={one.request.body} />
      </section>
    </div>
  )
}

const Headers = ({ headers }: { headers: Record<string, string> }) => (
  <table>
    <tbody>
      {Object.entries(headers).map(([name, value]) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{value}</td>
        </tr>
      ))}
    </tbody>
  </table>
)
