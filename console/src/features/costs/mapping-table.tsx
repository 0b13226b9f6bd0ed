import { useState } from 'react'
import { Button, IconButton } from '../../ui/kit/button.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { type Kind, type Mapping, TARGETS } from './model/mapping.ts'
import type { Table } from './model/table.ts'

type Props = { kind: Kind; table: Table; mapping: Mapping; onChange: (mapping: Mapping) => void }

/** The fields that most files have. The others are folded unless the file has them. */
const COMMON: Record<Kind, string[]> = {
  costs: ['date', 'provider', 'service', 'resource', 'costUsd', 'currency', 'cost', 'source'],
  usage: ['date', 'provider', 'service', 'gpuType', 'hours', 'quantity', 'unit', 'source'],
}

/** For each field: the column of the file, and a value for rows without one. */
export function MappingTable({ kind, table, mapping, onChange }: Props) {
  const [isAll, setAll] = useState(false)
  const set = (name: string, column: string) =>
    onChange({ ...mapping, columns: { ...mapping.columns, [name]: column } })
  const setDefault = (name: string, value: string) =>
    onChange({ ...mapping, defaults: { ...mapping.defaults, [name]: value } })
  const isShown = (name: string) => isAll || COMMON[kind].includes(name) || Boolean(mapping.columns[name])
  const labels = Object.keys(mapping.columns).filter((name) => name.startsWith('label:'))
  const used = new Set(Object.values(mapping.columns))
  const free = table.columns.filter((column) => !used.has(column) && !column.startsWith('label:'))
  return (
    <>
      <div className={sheet.scroll}>
        <table className={sheet.lines}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Column of the file</th>
              <th scope="col">Value without one</th>
              <th scope="col" className="wide-only">
                First row
              </th>
            </tr>
          </thead>
          <tbody>
            {TARGETS[kind]
              .filter(({ name }) => isShown(name))
              .map(({ name, label, help }) => (
                <tr key={name}>
                  <th scope="row" title={help}>
                    {label}
                  </th>
                  <td>
                    <ColumnChoice
                      label={`Column for ${label}`}
                      columns={table.columns}
                      value={mapping.columns[name] ?? ''}
                      onChange={(column) => set(name, column)}
                    />
                  </td>
                  <td>
                    <input
                      className={sheet.label}
                      aria-label={`Value for ${label}`}
                      maxLength={300}
                      value={mapping.defaults[name] ?? ''}
                      onChange={({ target }) => setDefault(name, target.value)}
                    />
                  </td>
                  <td className="wide-only faint">{sampleOf(table, mapping.columns[name])}</td>
                </tr>
              ))}
            {labels.map((name) => (
              <tr key={name}>
                <th scope="row">Label {name.slice('label:'.length)}</th>
                <td>{mapping.columns[name]}</td>
                <td>
                  <IconButton
                    size="small"
                    icon="close"
                    label={`Leave out the label ${name.slice('label:'.length)}`}
                    onClick={() => {
                      const { [name]: _, ...columns } = mapping.columns
                      onChange({ ...mapping, columns })
                    }}
                  />
                </td>
                <td className="wide-only faint">{sampleOf(table, mapping.columns[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={sheet.buttons}>
        {!isAll && (
          <Button size="small" onClick={() => setAll(true)}>
            More fields
          </Button>
        )}
        {free.length > 0 && (
          <select
            className={sheet.choice}
            aria-label="Column as a label"
            value=""
            onChange={({ target }) =>
              target.value !== '' && set(`label:${labelOf(target.value)}`, target.value)
            }
          >
            <option value="">Take a column as a label</option>
            {free.map((column) => (
              <option key={column}>{column}</option>
            ))}
          </select>
        )}
      </div>
    </>
  )
}

const labelOf = (column: string): string => column.trim().toLowerCase().replace(/\s+/g, '-').slice(0, 60)

const sampleOf = ({ columns, rows }: Table, column: string | undefined): string =>
  (column && rows[0]?.[columns.indexOf(column)]) || ''

type ChoiceProps = { label: string; columns: string[]; value: string; onChange: (column: string) => void }

function ColumnChoice({ label, columns, value, onChange }: ChoiceProps) {
  const isUnknown = value !== '' && !columns.includes(value)
  return (
    <select
      className={sheet.choice}
      aria-label={label}
      data-on={value !== ''}
      value={value}
      onChange={({ target }) => onChange(target.value)}
    >
      <option value="">–</option>
      {isUnknown && <option value={value}>{value} (not in this file)</option>}
      {columns.map((column) => (
        <option key={column}>{column}</option>
      ))}
    </select>
  )
}
