import styles from './costs.module.css'
import { type Kind, type Mapping, previewOf, TARGETS } from './model/mapping.ts'
import { SHOWN_ROWS, type Table } from './model/table.ts'

type Props = { kind: Kind; table: Table; mapping: Mapping; isFocus: boolean }

/** The first rows as the fields that they will become. */
export function Preview({ kind, table, mapping, isFocus }: Props) {
  const { names, rows } = isFocus
    ? { names: table.columns, rows: table.rows }
    : previewOf(kind, table, mapping)
  const labelOf = (name: string) =>
    name.startsWith('label:')
      ? name.slice('label:'.length)
      : (TARGETS[kind].find((one) => one.name === name)?.label ?? name)
  if (names.length === 0) return null
  return (
    <div className={styles.preview} tabIndex={0} role="region" aria-label="Preview">
      <table>
        <caption>
          {rows.length < SHOWN_ROWS ? 'All rows that were read' : `The first ${SHOWN_ROWS} rows`}, as they
          will be read
        </caption>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name} scope="col">
                {labelOf(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, column) => (
                <td key={names[column]} title={cell}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
