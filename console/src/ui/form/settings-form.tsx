// A form for settings that the server describes one by one: each with a JSON Schema, and secrets among them.
import { useState } from 'react'
import { labelOf } from './label.ts'
import { type Schema, SchemaField, type Value } from './schema-form.tsx'
import type { Setting } from './setting.ts'
import styles from './settings-form.module.css'

/** Settings are values of programs, which have no line breaks. */
const ONE_LINE = 4_000

type Props = {
  settings: readonly Setting[]
  /** By path. */
  values: Readonly<Record<string, Value>>
  onChange: (values: Record<string, Value>) => void
  errorOf?: ((path: string) => string | undefined) | undefined
  /** Shows optional settings among the others. */
  isUnfolded?: boolean
}

/** Optional settings are folded, unless they are usual, had values at first or have an error. */
export function SettingsForm({ settings, values, onChange, errorOf, isUnfolded = false }: Props) {
  const isOpen = ({ path, isRequired, isUsual }: Setting) =>
    isUnfolded || isRequired || isUsual || errorOf?.(path) !== undefined
  const folded = settings.filter((one) => !isOpen(one))
  const [wasSet] = useState(() => folded.some(({ path }) => values[path] !== undefined))
  const toField = ({ path, name, description, schema, isRequired, isSecret }: Setting) => (
    <SchemaField
      key={path}
      name={name}
      schema={{
        ...(schema as Schema),
        title: labelOf(name),
        // Descriptions of the server contain names in backticks.
        description: description.replaceAll('`', ''),
        ...(isSecret ? { format: 'password' } : {}),
      }}
      isRequired={isRequired}
      value={values[path]}
      error={errorOf?.(path)}
      draft={null}
      longFrom={ONE_LINE}
      onChange={(value) => {
        const { [path]: _, ...others } = values
        onChange(value === undefined ? others : { ...others, [path]: value })
      }}
    />
  )
  return (
    <>
      {settings.filter(isOpen).map(toField)}
      {folded.length > 0 && (
        <details className={styles.more} open={wasSet}>
          <summary>More settings</summary>
          <div>{folded.map(toField)}</div>
        </details>
      )}
    </>
  )
}
