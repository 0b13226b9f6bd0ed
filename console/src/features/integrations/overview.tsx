import type { ReactNode } from 'react'
import { labelOf } from '../../ui/form/label.ts'
import { duration, exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Help } from './help.tsx'
import styles from './integration.module.css'
import type { FieldDescription, TypeDescription } from './model/types.ts'
import type { Integration } from './queries.ts'
import { OUTCOMES } from './status.tsx'

type Props = { integration: Integration; type: TypeDescription | undefined; isTesting: boolean }

export function Overview({ integration: one, type, isTesting }: Props) {
  const fields = type?.fields.filter((field) => field.in === 'config') ?? []
  const secrets = type?.fields.filter((field) => field.in === 'secrets') ?? []
  const shown = fields.filter(({ name }) => one.config[name] !== undefined)
  return (
    <>
      <Part title="Status">
        <LastTest integration={one} type={type} isTesting={isTesting} />
      </Part>
      <Part title="Settings">
        <dl className={styles.facts}>
          <Fact name="Type">
            {type?.name ?? one.type} <span className="mono faint">{one.type}</span>
          </Fact>
          {one.description && <Fact name="Description">{one.description}</Fact>}
          {shown.map((field) => (
            <Fact key={field.name} name={labelOf(field.name)} title={field.description}>
              <span className="mono">{textOf(one.config[field.name])}</span>
            </Fact>
          ))}
          <Fact name="Last used">{one.lastUsedAt === null ? 'Never' : <Ago at={one.lastUsedAt} />}</Fact>
          <Fact name="Changed">
            <Ago at={one.updatedAt} /> <span className="faint">version {one.version}</span>
          </Fact>
          <Fact name="In workflows">
            <span className="mono">{`"credential": "${one.name}"`}</span>
            <CopyButton label="Copy for a workflow" text={`"credential": ${JSON.stringify(one.name)}`} />
          </Fact>
        </dl>
      </Part>
      {secrets.length > 0 && (
        <Part title="Secrets" about="They are stored encrypted and cannot be read again.">
          <dl className={styles.facts}>
            {secrets.map((field) => (
              <Secret key={field.name} field={field} set={one.secretsSet[field.name]} />
            ))}
          </dl>
        </Part>
      )}
      <Part
        title="Allowed hosts"
        about={
          one.allowedHosts.length === 0
            ? 'Its secrets are sent nowhere.'
            : 'Its secrets are only sent to these hosts. A request to another host fails.'
        }
      >
        {one.allowedHosts.length > 0 && (
          <ul className={`${styles.hosts} mono`}>
            {one.allowedHosts.map((host) => (
              <li key={host}>{host}</li>
            ))}
          </ul>
        )}
      </Part>
      <Part title="Who may use it">
        <p className="dim">
          Members of the team use it in workflows and agents, and test it. Admins change, rotate, connect and
          delete it. Viewers see what you see here. An API key needs the scope{' '}
          <span className="mono">integrations:use</span>.
        </p>
      </Part>
    </>
  )
}

function LastTest({ integration: { status, lastTest }, type, isTesting }: Props) {
  if (isTesting) return <p role="status">Asking the service…</p>
  if (status === 'needs_reconnect')
    return (
      <p>
        {lastTest === null
          ? 'A person has to consent at the provider before it works.'
          : 'The consent has ended. A person has to consent at the provider again.'}
      </p>
    )
  if (lastTest === null || status === 'untested')
    return (
      <p className="dim">
        {type?.test ? (
          <>
            Not tested {lastTest === null ? 'yet' : 'since it was changed'}. The test:{' '}
            <Help text={type.test} />
          </>
        ) : (
          'This type has nothing to test.'
        )}
      </p>
    )
  const outcome = OUTCOMES[lastTest.outcome]
  return (
    <div className={styles.test} role="status">
      <Glyph status={outcome.shown} size={16} />
      <div>
        <b>{lastTest.message}</b>
        <small>
          {lastTest.httpStatus !== null && `HTTP ${lastTest.httpStatus} · `}
          {duration(lastTest.durationMs)} · <Ago at={lastTest.at} />
        </small>
      </div>
    </div>
  )
}

function Secret({
  field,
  set,
}: {
  field: FieldDescription
  set: Integration['secretsSet'][string] | undefined
}) {
  return (
    <Fact name={labelOf(field.name)} title={field.description}>
      {set === undefined ? (
        <span className="faint">{field.isRequired ? 'Missing' : 'Not set'}</span>
      ) : (
        <>
          <span className="mono">{set.lastFour === null ? '••••••••' : `••••${set.lastFour}`}</span>{' '}
          <span className="faint">
            set <Ago at={set.setAt} />
            {set.previousUntil && (
              <span title={exact(set.previousUntil)}>
                , the one before counts until {new Date(set.previousUntil).toTimeString().slice(0, 5)}
              </span>
            )}
          </span>
        </>
      )}
    </Fact>
  )
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : JSON.stringify(value)

export function Part({ title, about, children }: { title: string; about?: string; children?: ReactNode }) {
  return (
    <section className={styles.part} aria-label={title}>
      <h2>{title}</h2>
      {about && <p className="dim">{about}</p>}
      {children}
    </section>
  )
}

function Fact({ name, title, children }: { name: string; title?: string; children: ReactNode }) {
  return (
    <div>
      <dt title={title}>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
