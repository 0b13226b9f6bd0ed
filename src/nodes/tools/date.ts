import * as z from 'zod'
import { refused } from './hosts.ts'
import { tool } from './tool.ts'

const DAY_MS = 86_400_000

export const date = tool({
  name: 'date',
  description:
    'Says what time it is, adds days to a date, or counts the days between two dates. Without arguments it gives the present time.',
  args: z.strictObject({
    timezone: z.string().max(64).optional().describe('IANA name, such as Europe/Zurich. Default UTC.'),
    date: z.string().max(40).optional().describe('ISO 8601; default now.'),
    addDays: z.number().int().min(-400_000).max(400_000).optional(),
    until: z.string().max(40).optional().describe('ISO 8601: counts the days from date to this.'),
  }),
  config: z.strictObject({}),
  run: (_ports, { args, nowMs }) => {
    const { timezone = 'UTC', date: text, addDays = 0, until } = args
    const at = (text === undefined ? nowMs : timeOf(text)) + addDays * DAY_MS
    if (Number.isNaN(new Date(at).getTime())) throw refused('There is no such date')
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
  if (Number.isNaN(at)) throw refused(`${text} is no date; ISO 8601 is expected`)
  return at
}

function inZone(at: number, timeZone: string): string {
  try {
    return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(at)
  } catch {
    throw refused(`There is no time zone ${timeZone}`)
  }
}
