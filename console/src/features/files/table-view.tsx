import { useMemo, useState } from 'react'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import styles from './files.module.css'
import { readTable } from './model/csv.ts'

const ROWS_AT_ONCE = 200
const MAX_COLUMNS = 60

export function TableView({ text, isCut }: { text: string; isCut: boolean }) {
  const [most, setMost] = useState(ROWS_AT_ONCE)
  const table = useMemo(() => readTable(text, { mostRows: most, isCut }), [text, most, isCut])
  const mayHaveMore = table.hasMore && table.rows.length === most
  const hidden = Math.max(0, table.head.length - MAX_COLUMNS)
  return (
    <div className={styles.table} tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            <th scope="col" className="faint">
              <span className="unseen">Row</span>
            </th>
            {table.head.slice(0, MAX_COLUMNS).map((name, at) => (
              <th key={at} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, at) => (
            <tr key={at}>
              <td className="faint num">{at + 1}</td>
              {row.slice(0, MAX_COLUMNS).map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {hidden > 0 && <p className="faint">{count(hidden)} more columns are not shown.</p>}
      {mayHaveMore && (
        <p>
          <Button size="small" onClick={() => setMost(most + ROWS_AT_ONCE)}>
            More rows
          </Button>
        </p>
      )}
    </div>
  )
}
