// Form fields from a JSON Schema, for the keywords that forms and inputs of workflows use. Everything else becomes a JSON field. The
// server validates the values.
import type { ComponentType } from 'react'
import { CheckField, SelectField, TextAreaField, TextField } from '../kit/field.tsx'
import { SecretField } from '../kit/secret-field.tsx'
import { isFileListSchema, isFileSchema } from './file-schema.ts'
import { JsonField } from './json-field.tsx'
import { isPassword } from './secret-fields.ts'
import { TextListField } from './text-list-field.tsx'

export type Value = unknown

export type Schema = {
  type?: string | string[]
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  items?: Schema
  format?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  writeOnly?: boolean
  properties?: Record<string, Schema>
  required?: string[]
}

export type FileFieldProps = {
  label: string
  help?: string | undefined
  error?: string | undefined
  required: boolean
  value: Value
  onChange: (value: Value) => void
}

/** Fields for files of the team. Without them, references to files are JSON. */
export type FileFields = { one: ComponentType<FileFieldProps>; many: ComponentType<FileFieldProps> }

type Props = {
  schema: unknown
  values: Record<string, Value>
  onChange: (values: Record<string, Value>) => void
  errorOf?: (field: string) => string | undefined
  /** Keeps text of JSON fields that cannot be parsed yet; see draft.ts. */
  draft?: string | null
  files?: FileFields
}

const typeOf = ({ type }: Schema): string | undefined =>
  Array.isArray(type) ? type.find((one) => one !== 'null') : type

/** The values to choose from, if the schema lists them. */
function choicesOf({ enum: listed, anyOf }: Schema): unknown[] | undefined {
  if (listed !== undefined || anyOf === undefined) return listed
  return anyOf.every((one) => one.const !== undefined) ? anyOf.map((one) => one.const) : undefined
}

/** Secrets that may have line breaks, such as private keys. */
const LONG_SECRET = 10_000

/** The initial value of a form. */
export const valuesOf = (schema: unknown): Record<string, Value> =>
  Object.fromEntries(
    Object.entries((schema as Schema | null)?.properties ?? {})
      .filter(([, field]) => field.default !== undefined || field.const !== undefined)
      .map(([name, field]) => [name, field.const ?? field.default]),
  )

export function SchemaForm({ schema, values, onChange, errorOf, draft = null, files }: Props) {
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
          files={files}
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
  files?: FileFields | undefined
  onChange: (value: Value) => void
  /** Texts that may be longer get several lines. */
  longFrom?: number
}

export function SchemaField(props: FieldProps) {
  const { name, schema, isRequired, value, error, draft, files, onChange, longFrom = 200 } = props
  const label = `${schema.title ?? name}${isRequired ? '' : ' (optional)'}`
  const common = { label, help: schema.description, error, name, required: isRequired }
  const type = typeOf(schema)
  const choices = choicesOf(schema)
  const FileField = isFileSchema(schema) ? files?.one : isFileListSchema(schema) ? files?.many : undefined
  if (FileField) return <FileField {...common} value={value} onChange={onChange} />
  if (choices)
    return (
      <SelectField
        {...common}
        value={choices.includes(value) ? choices.indexOf(value) : ''}
        onChange={({ target }) => onChange(target.value === '' ? undefined : choices[Number(target.value)])}
      >
        <option value="">Choose…</option>
        {choices.map((one, at) => (
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
    const isLong = schema.format === undefined && (schema.maxLength ?? 0) > longFrom
    const text = {
      ...common,
      maxLength: schema.maxLength,
      value: typeof value === 'string' ? value : '',
      onChange: ({ target }: { target: { value: string } }) =>
        onChange(target.value === '' ? undefined : target.value),
    }
    if (isPassword(schema))
      return (
        <SecretField
          {...text}
          isLong={(schema.maxLength ?? 0) > LONG_SECRET}
          onChange={(secret) => onChange(secret === '' ? undefined : secret)}
        />
      )
    const kind = { email: 'email', uri: 'url', date: 'date' }[schema.format ?? ''] ?? 'text'
    return isLong ? <TextAreaField {...text} /> : <TextField {...text} type={kind} />
  }
  if (isTextList(schema, value))
    return (
      <TextListField
        {...common}
        value={(value ?? []) as string[]}
        onChange={(list) => onChange(list.length === 0 ? undefined : list)}
      />
    )
  return <JsonField {...common} value={value} onChange={onChange} draft={draft} />
}

/** Texts without line breaks are listed one per line. */
function isTextList(schema: Schema, value: Value): boolean {
  if (typeOf(schema) !== 'array' || schema.items?.type !== 'string') return false
  const list = value ?? []
  return Array.isArray(list) && list.every((one) => typeof one === 'string' && !one.includes('\n'))
}
