import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import { refused } from './hosts.ts'
import { tool } from './tool.ts'

export const date = tool({
  name: 'date',
  description:
    'Returns the current time, adds days to a date, or counts the days between two dates. Without arguments, it returns the current time.',
  args: z.strictObject({
    timezone: z.string().max(64).optional().describe('An IANA name such as Europe/Zurich. Default: UTC.'),
    date: z.string().max(40).optional().describe('ISO 8601; default now.'),
    addDays: z.number().int().min(-400_000).max(400_000).optional(),
    until: z
      .string()
      .max(40)
      .optional()
      .describe('A date in ISO 8601. Counts the days from `date` to this one.'),
  }),
  config: z.strictObject({}),
  run: (_ports, { args, nowMs }) => {
    const { timezone = 'UTC', date: text, addDays = 0, until } = args
    const at = (text === undefined ? nowMs : timeOf(text)) + addDays * DAY_MS
    if (Number.isNaN(new Date(at).getTime())) throw refused('The resulting date does not exist')
    return Promise.resolve({
      iso: new Date(at).toISOString(),
      local: inZone(at, timezone),
      timezone,
      weekday: new Date(at).toLocaleDateString('en-US', { weekday: 'long', timeZone: timezone }),
      ...(until === undefined ? {} : { daysUntil: Math.round((timeOf(until) - at) / DAY_MS) }),
    })
  },
})

function timeOf(text: string): number {
  const at = Date.parse(text)
  if (Number.isNaN(at)) throw refused(`${text} is not a date in ISO 8601`)
  return at
}

function inZone(at: number, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at)
  } catch {
    throw refused(`The time zone ${timeZone} does not exist`)
  }
}
