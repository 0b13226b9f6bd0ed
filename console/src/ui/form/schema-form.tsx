// Form fields from a JSON Schema, for the keywords that forms and inputs of workflows use. Everything else becomes a JSON field. The
// server validates the values.
import { useEffect, useRef, useState } from 'react'
import { CheckField, SelectField, TextAreaField, TextField } from '../kit/field.tsx'
import { readDraft, writeDraft } from './draft.ts'
import { isPassword } from './secret-fields.ts'

export type Value = unknown

type Schema = {
  type?: string | string[]
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  const?: unknown
  format?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  writeOnly?: boolean
  properties?: Record<string, Schema>
  required?: string[]
}

type Props = {
  schema: unknown
  values: Record<string, Value>
  onChange: (values: Record<string, Value>) => void
  errorOf?: (field: string) => string | undefined
  /** Keeps text of JSON fields that cannot be parsed yet; see draft.ts. */
  draft?: string | null
}

const typeOf = ({ type }: Schema): string | undefined =>
  Array.isArray(type) ? type.find((one) => one !== 'null') : type

/** The initial value of a form. */
export const valuesOf = (schema: unknown): Record<string, Value> =>
  Object.fromEntries(
    Object.entries((schema as Schema | null)?.properties ?? {})
      .filter(([, field]) => field.default !== undefined || field.const !== undefined)
      .map(([name, field]) => [name, field.const ?? field.default]),
  )

export function SchemaForm({ schema, values, onChange, errorOf, draft = null }: Props) {
  const { properties = {}, required = [] } = (schema ?? {}) as Schema
  return (
    <>
      {Object.entries(properties).map(([name, field]) => (
        <SchemaField
          key={name}
          name={name}
          schema={field}
          isRequired={required.includes(name)}
          value={values[name]}
          error={errorOf?.(name)}
          draft={draft === null ? null : `${draft}.${name}`}
          onChange={(value) => {
            const { [name]: _, ...others } = values
            onChange(value === undefined ? others : { ...others, [name]: value })
          }}
        />
      ))}
    </>
  )
}

type FieldProps = {
  name: string
  schema: Schema
  isRequired: boolean
  value: Value
  error: string | undefined
  draft: string | null
  onChange: (value: Value) => void
}

function SchemaField({ name, schema, isRequired, value, error, draft, onChange }: FieldProps) {
  const label = `${schema.title ?? name}${isRequired ? '' : ' (optional)'}`
  const common = { label, help: schema.description, error, name, required: isRequired }
  const type = typeOf(schema)
  if (schema.enum)
    return (
      <SelectField
        {...common}
        value={schema.enum.includes(value) ? schema.enum.indexOf(value) : ''}
        onChange={({ target }) =>
          onChange(target.value === '' ? undefined : schema.enum?.[Number(target.value)])
        }
      >
        <option value="">Choose…</option>
        {schema.enum.map((one, at) => (
          <option key={String(one)} value={at}>
            {String(one)}
          </option>
        ))}
      </SelectField>
    )
  if (type === 'boolean')
    return (
      <CheckField
        label={schema.title ?? name}
        help={schema.description}
        checked={value === true}
        onChange={(event) => onChange(event.target.checked)}
      />
    )
  if (type === 'number' || type === 'integer')
    return (
      <TextField
        {...common}
        type="number"
        inputMode="decimal"
        step={type === 'integer' ? 1 : 'any'}
        min={schema.minimum}
        max={schema.maximum}
        value={typeof value === 'number' ? value : ''}
        onChange={({ target }) => onChange(target.value === '' ? undefined : target.valueAsNumber)}
      />
    )
  if (type === 'string') {
    const isLong = (schema.maxLength ?? 0) > 200
    const text = {
      ...common,
      maxLength: schema.maxLength,
      value: typeof value === 'string' ? value : '',
      onChange: ({ target }: { target: { value: string } }) =>
        onChange(target.value === '' ? undefined : target.value),
    }
    if (isPassword(schema)) return <TextField {...text} type="password" autoComplete="off" />
    const kind = { email: 'email', uri: 'url', date: 'date' }[schema.format ?? ''] ?? 'text'
    return isLong ? <TextAreaField {...text} /> : <TextField {...text} type={kind} />
  }
  return <JsonField {...common} value={value} onChange={onChange} draft={draft} />
}

type JsonFieldProps = {
  label: string
  help?: string | undefined
  error?: string | undefined
  value: Value
  onChange: (value: Value) => void
  draft?: string | null
}

/** Text that cannot be parsed yet, and the value that the field had then. If that has changed since, the text is old. */
type Unfinished = { text: string; value: string | undefined }

/** Keeps the typed text, and only passes on values that can be parsed. */
export function JsonField({ label, help, error, value, onChange, draft = null }: JsonFieldProps) {
  const [text, setText] = useState(() => {
    const kept = readDraft<Unfinished>(draft)
    if (kept !== undefined && kept.value === JSON.stringify(value)) return kept.text
    return value === undefined ? '' : JSON.stringify(value, null, 2)
  })
  const fault = faultOf(text)
  // A form with this field cannot be sent: the typed text would be left out of it.
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => area.current?.setCustomValidity(fault ?? ''), [fault])
  return (
    <TextAreaField
      ref={area}
      label={label}
      help={help ?? 'JSON'}
      error={error ?? fault ?? undefined}
      className="mono"
      rows={Math.min(16, Math.max(3, text.split('\n').length))}
      spellCheck={false}
      value={text}
      onChange={({ target }) => {
        setText(target.value)
        const isFinished = faultOf(target.value) === null
        writeDraft(draft, isFinished ? undefined : { text: target.value, value: JSON.stringify(value) })
        if (isFinished) onChange(target.value.trim() === '' ? undefined : JSON.parse(target.value))
      }}
    />
  )
}

function faultOf(text: string): string | null {
  if (text.trim() === '') return null
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return `This is not valid JSON: ${(error as Error).message}`
  }
}
