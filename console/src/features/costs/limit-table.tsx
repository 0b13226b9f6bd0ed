import { bytes, count } from '../../ui/format/time.ts'
import sheet from '../../ui/kit/sheet.module.css'
import { LIMITS, limitRows } from './model/limits.ts'

type Amounts = Readonly<Record<string, number | null>>

/** The limits of a plan, and how much of each is used. */
export function LimitTable({ usage, limits }: { usage: Amounts; limits: Amounts }) {
  const format = (name: string, value: number) => (name === 'storageBytes' ? bytes(value) : count(value))
  return (
    <div className={sheet.scroll}>
      <table className={sheet.lines}>
        <thead>
          <tr>
            <th scope="col">Of</th>
            <th scope="col">Used</th>
            <th scope="col">Limit</th>
          </tr>
        </thead>
        <tbody>
          {limitRows(usage, limits).map(({ name, used, limit, isNear }) => (
            <tr key={name}>
              <th scope="row">{LIMITS[name] ?? name}</th>
              <td className={`num ${isNear ? sheet.wait : ''}`}>{format(name, used)}</td>
              <td className="num faint">{limit === null ? 'none' : format(name, limit)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
