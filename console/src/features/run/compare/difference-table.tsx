import { useState } from 'react'
import { duration, plural, shortId } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { Chip, Tag } from '../../../ui/kit/tag.tsx'
import { statusLabel } from '../../../ui/status.ts'
import type { Compared, Side } from '../model/compare.ts'
import type { Run } from '../queries.ts'
import styles from './compare.module.css'

type Props = {
  rows: readonly Compared[]
  left: Run
  right: Run
  chosen: string | null
  onChoose: (key: string) => void
}

/** The steps with a different outcome, more attempts or a much longer duration. */
export function DifferenceTable({ rows, left, right, chosen, onChoose }: Props) {
  const [isAll, setAll] = useState(false)
  const different = rows.filter(({ differs }) => differs.length > 0)
  const shown = isAll ? rows : different
  return (
    <>
      <div className={styles.filter}>
        <Chip pressed={!isAll} onClick={() => setAll(false)}>
          {plural(different.length, 'step differs', 'steps differ')}
        </Chip>
        <Chip pressed={isAll} onClick={() => setAll(true)}>
          All {rows.length}
        </Chip>
      </div>
      {shown.length === 0 ? (
        <p className="faint">All steps have the same outcome and a similar duration.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Step</th>
              <th className="mono">{shortId(left.id)}</th>
              <th className="mono">{shortId(right.id)}</th>
              <th>Differs in</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <tr key={row.key} data-chosen={row.key === chosen}>
                <td>
                  <button type="button" className="link" onClick={() => onChoose(row.key)}>
                    {row.name}
                  </button>
                </td>
                <SideCell side={row.left} isMissing={row.differs.includes('only there')} />
                <SideCell side={row.right} isMissing={row.differs.includes('only here')} />
                <td>
                  {row.differs.map((one) => (
                    <Tag key={one}>{one}</Tag>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

function SideCell({ side: { look, ms, tries, place }, isMissing }: { side: Side; isMissing: boolean }) {
  if (isMissing) return <td className="faint">step missing</td>
  return (
    <td>
      <span className={styles.side}>
        <Glyph status={look} />
        {statusLabel(look)}
        <span className="num faint">
          {place?.isAdopted ? 'taken over' : ms === null ? '' : duration(ms)}
          {tries > 1 && !place?.isAdopted ? `, ${tries} tries` : ''}
        </span>
      </span>
    </td>
  )
}
