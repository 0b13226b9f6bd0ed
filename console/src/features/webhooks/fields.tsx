// The fields of a webhook, for a new one and for a change.
import { useState } from 'react'
import { Button, IconButton } from '../../ui/kit/button.tsx'
import { TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { SecretField } from '../../ui/kit/secret-field.tsx'
import { EventsField } from './events-field.tsx'
import styles from './form.module.css'
import type { HeaderRow } from './model/headers.ts'

export type Form = {
  url: string
  events: string[]
  filter: string
  description: string
  rateLimitPerS: string
  /** Null keeps those that are set. */
  headers: HeaderRow[] | null
}

type Props = {
  form: Form
  onChange: (change: Partial<Form>) => void
  errorOf: (path: string) => string | undefined
  /** The headers that are set, whose values nobody can read. */
  headerNames: readonly string[]
}

export function WebhookFields({ form, onChange, errorOf, headerNames }: Props) {
  const [isMore] = useState(() => form.filter !== '' || form.rateLimitPerS !== '' || headerNames.length > 0)
  const hasError = ['filter', 'rateLimitPerS', 'headers'].some((path) => errorOf(path) !== undefined)
  return (
    <>
      <TextField
        label="URL"
        type="url"
        placeholder="https://example.com/hooks/orrery"
        help="It receives the events by POST, and must be a public address."
        required
        maxLength={2000}
        value={form.url}
        error={errorOf('url')}
        onChange={(event) => onChange({ url: event.target.value })}
      />
      <EventsField
        value={form.events}
        error={errorOf('events')}
        onChange={(events) => onChange({ events })}
      />
      <TextField
        label="Description (optional)"
        maxLength={500}
        value={form.description}
        error={errorOf('description')}
        onChange={(event) => onChange({ description: event.target.value })}
      />
      <details className={styles.more} open={isMore || hasError || undefined}>
        <summary>Filter, headers and rate</summary>
        <div>
          <TextAreaField
            label="Filter (optional)"
            className="mono"
            rows={3}
            spellCheck={false}
            placeholder="{{ input.workflow.name == 'Invoices' }}"
            help="Only events for which this is true are sent. The event is input, its data item."
            maxLength={5000}
            value={form.filter}
            error={errorOf('filter')}
            onChange={(event) => onChange({ filter: event.target.value })}
          />
          <HeadersField
            rows={form.headers}
            names={headerNames}
            error={errorOf('headers')}
            onChange={(headers) => onChange({ headers })}
          />
          <TextField
            label="Requests per second (optional)"
            type="number"
            inputMode="numeric"
            min={1}
            max={1000}
            value={form.rateLimitPerS}
            error={errorOf('rateLimitPerS')}
            onChange={(event) => onChange({ rateLimitPerS: event.target.value })}
          />
        </div>
      </details>
    </>
  )
}

type HeadersProps = {
  rows: HeaderRow[] | null
  names: readonly string[]
  error: string | undefined
  onChange: (rows: HeaderRow[] | null) => void
}

/** Values can be replaced, but not read. */
function HeadersField({ rows, names, error, onChange }: HeadersProps) {
  if (rows === null)
    return (
      <div className={styles.headers}>
        <b>Headers</b>
        <p>
          <span className="mono">{names.join(', ')}</span>{' '}
          <span className="faint">are set. Their values cannot be read.</span>
        </p>
        {error && <p className={styles.fault}>{error}</p>}
        <div>
          <Button size="small" onClick={() => onChange(names.map((name) => ({ name, value: '' })))}>
            Replace all headers
          </Button>
        </div>
      </div>
    )
  const set = (at: number, change: Partial<HeaderRow>) =>
    onChange(rows.map((row, index) => (index === at ? { ...row, ...change } : row)))
  return (
    <div className={styles.headers}>
      <b>Headers (optional)</b>
      {rows.map((row, at) => (
        <div key={at} className={styles.header}>
          <TextField
            label={`Header ${at + 1}`}
            placeholder="Authorization"
            maxLength={100}
            value={row.name}
            onChange={(event) => set(at, { name: event.target.value })}
          />
          <SecretField label={`Value ${at + 1}`} value={row.value} onChange={(value) => set(at, { value })} />
          <IconButton
            icon="close"
            label={`Remove header ${at + 1}`}
            onClick={() => onChange(rows.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      {error && <p className={styles.fault}>{error}</p>}
      <div className={styles.buttons}>
        <Button size="small" icon="plus" onClick={() => onChange([...rows, { name: '', value: '' }])}>
          Add a header
        </Button>
        {names.length > 0 && (
          <Button size="small" look="quiet" onClick={() => onChange(null)}>
            Keep those that are set
          </Button>
        )}
      </div>
    </div>
  )
}
