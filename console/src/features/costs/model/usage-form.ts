// The form of usage: its texts, and the body that they become.
import { labelsOf } from './cost-form.ts'

const FIELDS = [
  'date',
  'provider',
  'service',
  'gpuType',
  'resource',
  'source',
  'line',
  'hours',
  'quantity',
  'unit',
  'labels',
] as const
export type UsageForm = Record<(typeof FIELDS)[number], string>

const NUMBERS: readonly string[] = ['hours', 'quantity']

export const emptyUsage = (today: string): UsageForm => ({
  ...(Object.fromEntries(FIELDS.map((name) => [name, ''])) as UsageForm),
  date: today,
  source: 'manual',
})

/** Fields without a text are left out. */
export const usageBody = (form: UsageForm): Record<string, unknown> =>
  Object.fromEntries(
    FIELDS.flatMap((name) => {
      const text = form[name].trim()
      if (text === '') return []
      return [[name, name === 'labels' ? labelsOf(text) : NUMBERS.includes(name) ? Number(text) : text]]
    }),
  )
