import { useEffect, useRef, useState } from 'react'
import { TextAreaField } from '../../ui/kit/field.tsx'
import {
  type HeaderRule,
  headerText,
  type Read,
  type Redirect,
  readHeaders,
  readRedirects,
  redirectText,
} from './model/rules.ts'

type Props<T> = {
  label: string
  help: string
  value: readonly T[]
  read: (text: string) => Read<T>
  write: (rules: readonly T[]) => string
  error: string | undefined
  onChange: (rules: T[]) => void
}

/** One rule per line. A form with a line that cannot be read cannot be sent. */
function RulesField<T>({ label, help, value, read, write, error, onChange }: Props<T>) {
  const [text, setText] = useState(() => write(value))
  const { fault } = read(text)
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.setCustomValidity(fault ?? ''), [fault])
  return (
    <TextAreaField
      ref={area}
      label={label}
      help={help}
      error={error ?? fault ?? undefined}
      className="mono"
      rows={Math.min(10, Math.max(3, text.split('\n').length))}
      spellCheck={false}
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        const next = read(target.value)
        if (next.fault === null) onChange(next.rules)
      }}
    />
  )
}

type RuleFieldProps = {
  value: unknown
  error: string | undefined
  onChange: (rules: unknown[] | undefined) => void
}

const listOf = <T,>(value: unknown): T[] => (Array.isArray(value) ? (value as T[]) : [])
const orNothing = (rules: unknown[]) => (rules.length === 0 ? undefined : rules)

export const RedirectsField = ({ value, error, onChange }: RuleFieldProps) => (
  <RulesField
    label="Redirects (optional)"
    help="One per line: /old /new 301"
    value={listOf<Redirect>(value)}
    read={readRedirects}
    write={redirectText}
    error={error}
    onChange={(rules) => onChange(orNothing(rules))}
  />
)

export const HeadersField = ({ value, error, onChange }: RuleFieldProps) => (
  <RulesField
    label="Headers (optional)"
    help="One per line: /assets/* Cache-Control: max-age=60"
    value={listOf<HeaderRule>(value)}
    read={readHeaders}
    write={headerText}
    error={error}
    onChange={(rules) => onChange(orNothing(rules))}
  />
)
