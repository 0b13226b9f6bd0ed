// The limits of a plan, and how much of each is used.
import { bytes, count } from '../../../ui/format/time.ts'

type Subscription = {
  limits: Record<string, number | null>
  usage: Record<string, number | null>
}

export type Limit = {
  id: string
  name: string
  /** Null if the plan only limits what happens at a time, or the team has no count of its own. */
  used: number | null
  /** Null is without limit. */
  most: number | null
  /** Of `used`, from 0 to 1. */
  share: number
  text: string
}

const NAMES: Record<string, string> = {
  storageBytes: 'Storage',
  runsPerMonth: 'Runs this month',
  concurrentRuns: 'Runs at the same time',
  membersPerTeam: 'Members, with open invitations',
  workflows: 'Workflows',
  agents: 'Agents',
  integrations: 'Integrations',
  openTasks: 'Open tasks',
  apiKeys: 'API keys of a member',
  webhookEndpoints: 'Webhooks',
  teams: 'Your teams',
  fileVersions: 'Versions of a file',
  descendantRuns: 'Further runs that one start may cause',
  requestsPerMinute: 'Requests a minute',
  connectionsPerUser: 'Live connections of a person',
  mailsPerDay: 'Mails that runs send in a day',
}

const format = (id: string, value: number): string => (id === 'storageBytes' ? bytes(value) : count(value))

/** In the order in which people reach them. Unknown ones come last. */
export function limitsOf({ limits, usage }: Subscription): Limit[] {
  const known = Object.keys(NAMES)
  const order = (id: string) => (known.includes(id) ? known.indexOf(id) : known.length)
  return Object.entries(limits)
    .map(([id, most]): Limit => {
      const used = usage[id] ?? null
      const limit = most === null ? 'no limit' : format(id, most)
      return {
        ...{ id, name: NAMES[id] ?? id, used, most },
        share: used === null || most === null ? 0 : most === 0 ? 1 : Math.min(1, used / most),
        text: used === null ? limit : `${format(id, used)}${most === null ? ', ' : ' of '}${limit}`,
      }
    })
    .filter(({ id, used }) => id !== 'teams' || used !== null)
    .toSorted((a, b) => order(a.id) - order(b.id))
}

const NEARLY = 0.9

/** Amber before a limit stops somebody, red when it does. */
export const toneOfShare = (share: number): string | undefined =>
  share >= 1 ? 'bad' : share >= NEARLY ? 'wait' : undefined

/** This month and those before it, such as `2026-03`. */
export function monthsUntil(now: number, most: number): string[] {
  const date = new Date(now)
  return Array.from({ length: most }, (_, back) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - back, 1)).toISOString().slice(0, 7),
  )
}
