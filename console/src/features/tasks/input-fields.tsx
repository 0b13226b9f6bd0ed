// The input of a task: fields from the schema of its type, or the ways to do custom work.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '../../api/client.ts'
import { JsonField } from '../../ui/form/json-field.tsx'
import { SchemaForm, type Value } from '../../ui/form/schema-form.tsx'
import { SelectField, TextAreaField } from '../../ui/kit/field.tsx'
import { FILE_FIELDS } from '../files/index.ts'
import { withFileFields } from './model/input-schema.ts'
import { type TaskType, useAgentNames } from './queries.ts'
import styles from './tasks.module.css'

type Input = Record<string, unknown>
type Props = {
  type: TaskType
  value: Input
  onChange: (input: Input) => void
  errorOf: (field: string) => string | undefined
  draft: string | null
}
type Schema = { properties?: Record<string, object>; required?: string[] }

export function InputFields(props: Props) {
  if (props.type.name === 'custom') return <CustomInput {...props} />
  const { properties: given = {}, required = [] } = props.type.inputSchema as Schema
  const properties = withFileFields(given)
  const [main, more] = [true, false].map((isMain) =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => required.includes(name) === isMain)),
  )
  const form = (fields: object) => (
    <SchemaForm
      schema={{ properties: fields, required }}
      values={props.value}
      onChange={props.onChange}
      errorOf={props.errorOf}
      draft={props.draft && `${props.draft}.input`}
      files={FILE_FIELDS}
    />
  )
  return (
    <>
      {form(main ?? {})}
      {Object.keys(more ?? {}).length > 0 && (
        <details className={styles.more} open={Object.keys(props.value).some((name) => name in (more ?? {}))}>
          <summary>More of the input</summary>
          <div>{form(more ?? {})}</div>
        </details>
      )}
    </>
  )
}

const WAYS = {
  worker: 'A person or an external worker',
  workflowId: 'A workflow',
  agentId: 'An agent',
  capability: 'A capability of the product',
  steps: 'Its own steps',
}
type Way = keyof typeof WAYS

const wayOf = (input: Input): Way =>
  (['workflowId', 'agentId', 'capability', 'steps'] as const).find((one) => input[one] !== undefined) ??
  'worker'

function CustomInput({ type, value, onChange, errorOf, draft }: Props) {
  const [way, setWay] = useState(() => wayOf(value))
  const { properties = {} } = type.inputSchema as Schema
  const set = (name: string, next: Value) => {
    const { [name]: _, ...others } = value
    onChange(next === undefined || next === '' ? others : { ...others, [name]: next })
  }
  const json = (name: string, label: string, help: string) => (
    <JsonField
      key={name}
      label={label}
      help={help}
      value={value[name]}
      error={errorOf(name)}
      onChange={(next) => set(name, next)}
      draft={draft && `${draft}.${name}`}
    />
  )
  return (
    <>
      <SelectField
        label="Who does the work"
        value={way}
        onChange={(event) => {
          setWay(event.target.value as Way)
          onChange({})
        }}
      >
        {Object.entries(WAYS).map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
      {way === 'worker' && json('input', 'Input (optional)', 'JSON for the one who does it.')}
      {way === 'workflowId' && (
        <>
          <WorkflowField
            value={value.workflowId}
            error={errorOf('workflowId')}
            onChange={(id) => set('workflowId', id)}
          />
          {json('input', 'Input of the workflow (optional)', 'JSON')}
        </>
      )}
      {way === 'agentId' && (
        <>
          <AgentField
            value={value.agentId}
            error={errorOf('agentId')}
            onChange={(id) => set('agentId', id)}
          />
          <TextAreaField
            label="Prompt"
            required
            maxLength={200_000}
            value={typeof value.prompt === 'string' ? value.prompt : ''}
            error={errorOf('prompt')}
            onChange={(event) => set('prompt', event.target.value)}
          />
        </>
      )}
      {way === 'capability' && (
        <SchemaForm
          schema={{
            properties: { capability: properties.capability, parameters: properties.parameters },
            required: ['capability'],
          }}
          values={value}
          onChange={onChange}
          errorOf={errorOf}
          draft={draft && `${draft}.input`}
        />
      )}
      {way === 'steps' && json('steps', 'Steps', 'A JSON list of nodes, each with its type and params.')}
    </>
  )
}

type ChoiceProps = { value: unknown; error: string | undefined; onChange: (id: string) => void }

function WorkflowField({ value, error, onChange }: ChoiceProps) {
  const workflows = useQuery({
    queryKey: ['workflows', 'names'],
    staleTime: 60_000,
    queryFn: () => call('GET /workflows', { query: { limit: 100, sort: 'name' } }),
  })
  return (
    <Choices
      label="Workflow"
      options={workflows.data?.items ?? []}
      value={value}
      error={error}
      onChange={onChange}
    />
  )
}

const AgentField = (props: ChoiceProps) => (
  <Choices label="Agent" options={useAgentNames().data ?? []} {...props} />
)

type ChoicesProps = ChoiceProps & { label: string; options: readonly { id: string; name: string }[] }

function Choices({ label, options, value, error, onChange }: ChoicesProps) {
  const chosen = typeof value === 'string' ? value : ''
  return (
    <SelectField
      label={label}
      required
      value={chosen}
      error={error}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">Choose…</option>
      {options.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
      {chosen !== '' && !options.some(({ id }) => id === chosen) && <option>{chosen}</option>}
    </SelectField>
  )
}
