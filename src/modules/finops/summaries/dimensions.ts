// The dimensions by which rows can be grouped.

export const COLUMNS = {
  team: 'team_id',
  provider: 'provider',
  gpuType: 'gpu_type',
  service: 'service',
  resource: 'resource',
  model: 'model',
  agent: 'agent_id',
  workflow: 'workflow_id',
  run: 'run_id',
  user: 'user_id',
} as const

/** The key of a week is its Monday. */
export const TIMES = {
  day: 'date',
  week: "date(date, 'weekday 0', '-6 days')",
  month: 'substr(date, 1, 7)',
} as const

/** Rolled-up days do not have them. */
const ONLY_IN_ROWS = ['resource', 'run']

export type Dimension =
  | { kind: 'column'; name: keyof typeof COLUMNS }
  | { kind: 'time'; name: keyof typeof TIMES }
  | { kind: 'label'; name: string; key: string }

const has = <Keys extends object>(keys: Keys, name: string): name is keyof Keys & string =>
  Object.hasOwn(keys, name)

export function parseDimension(text: string): Dimension | null {
  if (has(COLUMNS, text)) return { kind: 'column', name: text }
  if (has(TIMES, text)) return { kind: 'time', name: text }
  const key = text.startsWith('label:') ? text.slice('label:'.length) : ''
  return key === '' ? null : { kind: 'label', name: text, key }
}

export const DIMENSION_NAMES = [...Object.keys(COLUMNS), ...Object.keys(TIMES), 'label:<key>']

export const dimensionNeedsRows = (dimension: Dimension): boolean =>
  dimension.kind === 'label' || ONLY_IN_ROWS.includes(dimension.name)

/** Rolled-up months do not have them. */
export const dimensionNeedsDays = ({ kind, name }: Dimension): boolean => kind === 'time' && name !== 'month'
