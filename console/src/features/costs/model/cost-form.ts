// The form of a cost: its texts, and the body that they become.

export type CostForm = {
  date: string
  provider: string
  service: string
  gpuType: string
  resource: string
  source: string
  line: string
  currency: string
  cost: string
  effective: string
  list: string
  labels: string
  mode: 'set' | 'add'
}

export const USD = 'USD'

export const emptyForm = (today: string): CostForm => ({
  date: today,
  provider: '',
  service: '',
  gpuType: '',
  resource: '',
  source: 'manual',
  line: '',
  currency: USD,
  cost: '',
  effective: '',
  list: '',
  labels: '',
  mode: 'set',
})

type Amounts = {
  currency: string
  cost: number
  effectiveCost: number | null
  listCost: number | null
  labels: Record<string, string>
}

/** What can be corrected in a row. */
export const formOf = (
  row: Amounts,
): Pick<CostForm, 'currency' | 'cost' | 'effective' | 'list' | 'labels'> => ({
  currency: row.currency,
  cost: String(row.cost),
  effective: row.effectiveCost === null ? '' : String(row.effectiveCost),
  list: row.listCost === null ? '' : String(row.listCost),
  labels: labelText(row.labels),
})

/** One label in each line: `project=search`. */
export const labelText = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([key, value]) => (value === '' ? key : `${key}=${value}`))
    .join('\n')

export function labelsOf(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.trim())
  return Object.fromEntries(
    lines
      .filter((line) => line !== '')
      .map((line) => {
        const at = line.indexOf('=')
        return at < 0 ? [line, ''] : [line.slice(0, at).trim(), line.slice(at + 1).trim()]
      }),
  )
}

/** The amounts have other names in dollars. */
export function amountsOf({
  currency,
  cost,
  effective,
  list,
}: Pick<CostForm, 'currency' | 'cost' | 'effective' | 'list'>): Record<string, number | string> {
  const isUsd = currency === USD
  const names = isUsd
    ? (['costUsd', 'effectiveCostUsd', 'listCostUsd'] as const)
    : (['cost', 'effectiveCost', 'listCost'] as const)
  const values = [cost, effective, list]
  return {
    ...(isUsd ? {} : { currency }),
    ...Object.fromEntries(
      names.flatMap((name, at) => (values[at]?.trim() ? [[name, Number(values[at])]] : [])),
    ),
  }
}

const OPTIONAL = ['service', 'gpuType', 'resource', 'line'] as const

export function bodyOf(form: CostForm) {
  const optional = OPTIONAL.flatMap((name) => (form[name].trim() === '' ? [] : [[name, form[name].trim()]]))
  return {
    date: form.date,
    provider: form.provider.trim(),
    ...(Object.fromEntries(optional) as { [Name in (typeof OPTIONAL)[number]]?: string }),
    source: form.source.trim(),
    ...amountsOf(form),
    ...(form.labels.trim() !== '' && { labels: labelsOf(form.labels) }),
    ...(form.mode === 'add' && { mode: form.mode }),
  }
}

/** The names in the API of each field of the form, for its errors. */
export const NAMES: Partial<Record<keyof CostForm, string[]>> = {
  cost: ['costUsd', 'cost'],
  effective: ['effectiveCostUsd', 'effectiveCost'],
  list: ['listCostUsd', 'listCost'],
}
