// Which column of a file becomes which field of a cost or of usage.

export type Kind = 'costs' | 'usage'
export type Mapping = { columns: Record<string, string>; defaults: Record<string, string> }

type Target = { name: string; label: string; help?: string }

const KEY: Target[] = [
  { name: 'date', label: 'Day' },
  { name: 'provider', label: 'Provider' },
  { name: 'service', label: 'Service' },
  { name: 'resource', label: 'Resource' },
  { name: 'gpuType', label: 'GPU type' },
  { name: 'source', label: 'Source', help: 'Without one: import' },
  { name: 'line', label: 'Line', help: 'Distinguishes rows that are otherwise equal' },
]
const DIMENSIONS: Target[] = [
  { name: 'model', label: 'Model' },
  { name: 'agentId', label: 'Agent id' },
  { name: 'workflowId', label: 'Workflow id' },
  { name: 'runId', label: 'Run id' },
  { name: 'userId', label: 'Person id' },
]

export const TARGETS: Record<Kind, Target[]> = {
  costs: [
    ...KEY,
    { name: 'costUsd', label: 'Amount in US dollars' },
    { name: 'currency', label: 'Currency' },
    { name: 'cost', label: 'Amount in the currency' },
    { name: 'effectiveCostUsd', label: 'In dollars after discounts' },
    { name: 'listCostUsd', label: 'In dollars at list prices' },
    { name: 'effectiveCost', label: 'After discounts' },
    { name: 'listCost', label: 'At list prices' },
    ...DIMENSIONS,
  ],
  usage: [
    ...KEY,
    { name: 'hours', label: 'Hours' },
    { name: 'quantity', label: 'Quantity' },
    { name: 'unit', label: 'Unit' },
    ...DIMENSIONS,
  ],
}

/** Names in other bills, in small letters without spaces and signs. */
const OTHER_NAMES: Record<string, string[]> = {
  date: ['day', 'usagedate', 'usagestartdate', 'billingdate', 'startdate', 'chargedate', 'datum'],
  provider: ['vendor', 'cloud', 'cloudprovider', 'supplier', 'company'],
  service: ['servicename', 'product', 'productname', 'category'],
  resource: ['resourceid', 'resourcename', 'instance', 'instanceid'],
  gpuType: ['gpu', 'gpumodel'],
  costUsd: ['costinusd', 'amountusd', 'usd', 'totalusd', 'cost', 'amount', 'total', 'price'],
  cost: ['amount', 'total', 'billedcost'],
  currency: ['currencycode', 'billingcurrency'],
  hours: ['usagehours', 'gpuhours', 'duration'],
  quantity: ['usagequantity', 'usageamount', 'amount', 'count'],
  unit: ['usageunit', 'units'],
  model: ['modelname', 'modelid'],
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')

/** A file with the columns of FOCUS needs no mapping. */
export const isFocus = (columns: readonly string[]): boolean =>
  columns.includes('BilledCost') && columns.some((one) => one === 'ChargePeriodStart')

/** Proposes a column for each field, each column once. Columns that already have our names need no entry. */
export function suggest(kind: Kind, columns: readonly string[]): Record<string, string> {
  const free = new Set(columns.filter((one) => !one.startsWith('label:')))
  const found: Record<string, string> = {}
  const targets = TARGETS[kind].map(({ name }) => name)
  for (const name of targets) if (free.delete(name)) found[name] = name
  const hasCurrency = [...free].some((one) =>
    [...(OTHER_NAMES.currency ?? []), 'currency'].includes(plain(one)),
  )
  for (const name of targets) {
    if (found[name] !== undefined) continue
    // The amounts of a file with a currency are in that currency.
    if (name === 'costUsd' && hasCurrency) continue
    if (name === 'cost' && !hasCurrency && found.currency === undefined) continue
    const names = [plain(name), ...(OTHER_NAMES[name] ?? [])]
    const column = names.flatMap((one) => [...free].filter((other) => plain(other) === one))[0]
    if (column === undefined) continue
    found[name] = column
    free.delete(column)
  }
  return found
}

/** The entries that differ from our own names, which is what a saved mapping consists of. */
export const entriesOf = ({ columns, defaults }: Mapping): Mapping => ({
  columns: Object.fromEntries(
    Object.entries(columns).filter(([name, column]) => column !== '' && column !== name),
  ),
  defaults: Object.fromEntries(
    Object.entries(defaults)
      .map(([name, value]) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  ),
})

export const isEmpty = ({ columns, defaults }: Mapping): boolean =>
  Object.keys(columns).length === 0 && Object.keys(defaults).length === 0

/** What an import cannot do without, and this mapping does not have. */
export function missing(kind: Kind, { columns, defaults }: Mapping): string[] {
  const has = (name: string) => Boolean(columns[name]) || Boolean(defaults[name]?.trim())
  const label = (name: string) => TARGETS[kind].find((one) => one.name === name)?.label ?? name
  const needed = ['date', 'provider'].filter((name) => !has(name)).map(label)
  if (kind === 'usage') return has('hours') ? needed : [...needed, label('hours')]
  if (has('costUsd') || (has('cost') && has('currency'))) return needed
  return [...needed, has('cost') ? label('currency') : label('costUsd')]
}

/** The first rows as they will be read: our fields, and their text. */
export function previewOf(
  kind: Kind,
  table: { columns: string[]; rows: string[][] },
  { columns, defaults }: Mapping,
): { names: string[]; rows: string[][] } {
  const labels = Object.keys(columns).filter((name) => name.startsWith('label:'))
  const own = table.columns.filter((name) => name.startsWith('label:') && columns[name] === undefined)
  const used = [...TARGETS[kind].map(({ name }) => name), ...labels, ...own].filter(
    (name) => Boolean(columns[name]) || Boolean(defaults[name]?.trim()) || own.includes(name),
  )
  const rows = table.rows.map((row) =>
    used.map((name) => {
      const at = table.columns.indexOf(columns[name] || name)
      const text = (row[at] ?? '').trim()
      return text === '' ? (defaults[name]?.trim() ?? '') : text
    }),
  )
  return { names: used, rows }
}

/** A name for a mapping, from that of the file: letters, digits, `_`, `.` and `-`. */
export const mappingName = (fileName: string): string =>
  fileName
    .replace(/\.(gz|csv|tsv|txt|jsonl|ndjson|xlsx)/gi, '')
    .replace(/[-_ ]?\d[\d-_.]*/g, '')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 64) || 'bill'
