import { labelOf } from '../../../ui/form/label.ts'
import { SchemaForm } from '../../../ui/form/schema-form.tsx'
import { SelectField } from '../../../ui/kit/field.tsx'
import { useIntegrationNames } from '../queries.ts'

type Field = { description?: string }
type Config = Record<string, unknown>

type Props = {
  /** JSON Schema of the settings. */
  schema: unknown
  value: Config
  errorOf: (name: string) => string | undefined
  onChange: (config: Config) => void
}

/** An integration is chosen by its name. Other settings follow their schema. */
export function ToolSettings({ schema, value, errorOf, onChange }: Props) {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, Field>
    required?: string[]
  }
  const set = (name: string, one: unknown) => {
    const { [name]: _, ...others } = value
    onChange(one === undefined ? others : { ...others, [name]: one })
  }
  return Object.entries(properties).map(([name, field]) => {
    const common = {
      name,
      help: field.description,
      error: errorOf(name),
      isRequired: required.includes(name),
    }
    if (name === 'credential')
      return (
        <IntegrationField key={name} {...common} value={value[name]} onChange={(one) => set(name, one)} />
      )
    return (
      <SchemaForm
        key={name}
        schema={{
          properties: { [name]: { ...field, title: labelOf(name) } },
          required: required.includes(name) ? [name] : [],
        }}
        values={value}
        errorOf={errorOf}
        onChange={onChange}
      />
    )
  })
}

type FieldProps = {
  name: string
  help: string | undefined
  error: string | undefined
  isRequired: boolean
  value: unknown
  onChange: (value: string | undefined) => void
}

function IntegrationField({ help, error, isRequired, value, onChange }: FieldProps) {
  const known = useIntegrationNames().data ?? []
  const isKnown = value === undefined || known.some((one) => one.id === value || one.name === value)
  return (
    <SelectField
      label={`Integration${isRequired ? '' : ' (optional)'}`}
      help={help}
      error={error}
      value={known.find((one) => one.name === value)?.id ?? String(value ?? '')}
      onChange={({ target }) => onChange(target.value === '' ? undefined : target.value)}
    >
      <option value="">None</option>
      {!isKnown && <option value={String(value)}>{String(value)}</option>}
      {known.map((one) => (
        <option key={one.id} value={one.id}>
          {one.name}
        </option>
      ))}
    </SelectField>
  )
}
