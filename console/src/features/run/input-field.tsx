import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { JsonField } from '../../ui/form/json-field.tsx'
import { SchemaForm } from '../../ui/form/schema-form.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { FILE_FIELDS } from '../files/index.ts'
import { definitionQuery } from './queries.ts'
import styles from './run.module.css'
import { useRunView } from './run-view.ts'

type Props = { value: unknown; onChange: (value: unknown) => void; draft: string | null }
type Fields = Record<string, unknown>

const WAYS = [
  { id: 'form', name: 'Form' },
  { id: 'json', name: 'JSON' },
]

/** The input of a new run: as a form from the workflow's schema, or as JSON. */
export function InputField({ value, onChange, draft }: Props) {
  const { run } = useRunView()
  const { inputs } = useQuery(definitionQuery(run)).data ?? {}
  const [way, setWay] = useState('form')
  const isFields =
    value === null || value === undefined || (typeof value === 'object' && !Array.isArray(value))
  const hasForm = Object.keys((inputs as { properties?: object })?.properties ?? {}).length > 0
  const asJson = (
    <JsonField
      label="Input"
      value={value ?? undefined}
      onChange={onChange}
      draft={draft && `${draft}.json`}
    />
  )
  if (!hasForm || !isFields) return asJson
  return (
    <div className={styles.input}>
      <Tabs look="box" label="Input" tabs={WAYS} value={way} onChange={setWay} />
      {way === 'form' ? (
        <SchemaForm
          files={FILE_FIELDS}
          schema={inputs}
          values={(value ?? {}) as Fields}
          onChange={onChange}
          draft={draft}
        />
      ) : (
        asJson
      )}
    </div>
  )
}
