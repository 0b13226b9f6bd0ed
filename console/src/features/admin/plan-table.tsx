import sheet from '../../ui/kit/sheet.module.css'
import styles from './admin.module.css'
import { PLANS, type Plan, type TableForm } from './model/settings.ts'

type Props = {
  title: string
  about: string
  labels: Record<string, string>
  form: TableForm
  most: number
  /** What an empty field stands for. */
  none: string
  onChange: (form: TableForm) => void
}

/** A number for each row and plan. */
export function PlanTable({ title, about, labels, form, most, none, onChange }: Props) {
  const set = (name: string, plan: Plan, text: string) => {
    const row = form[name]
    if (row !== undefined) onChange({ ...form, [name]: { ...row, [plan]: text } })
  }
  const names = [...new Set([...Object.keys(labels), ...Object.keys(form)])].filter((name) => name in form)
  return (
    <section className={sheet.block} aria-label={title}>
      <h2>{title}</h2>
      <p className={sheet.note}>{about}</p>
      <div className={sheet.scroll}>
        <table className={sheet.lines}>
          <thead>
            <tr>
              <th scope="col">Of</th>
              {PLANS.map((plan) => (
                <th key={plan} scope="col">
                  {plan}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{labels[name] ?? name}</th>
                {PLANS.map((plan) => (
                  <td key={plan}>
                    <input
                      className={styles.number}
                      type="number"
                      min={0}
                      max={most}
                      step={1}
                      aria-label={`${labels[name] ?? name}, ${plan}`}
                      placeholder={none}
                      value={form[name]?.[plan] ?? ''}
                      onChange={({ target }) => set(name, plan, target.value)}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}
