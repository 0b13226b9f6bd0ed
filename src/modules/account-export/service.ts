// Streams all data of a user and of the teams they own as one JSON document. At most one page of rows is in memory at a time.
// It contains no secrets: no hashes, tokens or webhook URLs, and only the last four characters of keys.
import type { ServiceContext } from '../../context.ts'
import { toIso } from '../../core/clock.ts'
import { utf8 } from '../../core/crypto.ts'
import { commit } from '../../db/commit.ts'
import type { ExportList } from '../../db/export-list.ts'
import { getPreferences, getProfile } from '../users/index.ts'
import { decodePlace, type ExportPlace, encodePlace } from './cursor.ts'
import { type ExportedTeam, type ExportRow, findExportPage, findTeamsToExport } from './repo.ts'

/** D1 allows at most 1,000 queries per request. All lists share this many pages; a cursor continues with the rest. */
const LIMITS = { pages: 900, rows: 500 }

export async function exportAccount(
  ctx: ServiceContext,
  lists: readonly ExportList[],
  cursor?: string,
  limits = LIMITS,
): Promise<ReadableStream<Uint8Array>> {
  // Runs before the response starts, so a failure here still returns a problem.
  const from = cursor === undefined ? null : decodePlace(lists, cursor)
  const profile = await getProfile(ctx)
  const preferences = await getPreferences(ctx)
  const teams = await findTeamsToExport(ctx.env.DB, ctx.actor.userId)
  await commit(ctx, {
    audit: {
      action: 'account.exported',
      targetType: 'user',
      targetId: ctx.actor.userId,
      after: { from: from?.list ?? null },
    },
  })
  const head = { exportedAt: toIso(ctx.now()), profile, preferences }
  const pieces = write(ctx, { head, lists, teams, from }, limits)
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await pieces.next()
      if (done) controller.close()
      else controller.enqueue(utf8(value))
    },
    async cancel() {
      await pieces.return(undefined)
    },
  })
}

type Given = {
  head: object
  lists: readonly ExportList[]
  teams: ExportedTeam[]
  from: ExportPlace | null
}

async function* write(
  ctx: ServiceContext,
  { head, lists, teams, from }: Given,
  limits: typeof LIMITS,
): AsyncGenerator<string, undefined> {
  yield JSON.stringify(head).slice(0, -1)
  const places = placesOf({ lists, teams, from })
  let pagesLeft = limits.pages
  let next: ExportPlace | null = null
  for (const list of lists) {
    yield `,${JSON.stringify(list.name)}:[`
    let separator = ''
    for (const place of places.filter((one) => one.list === list.name)) {
      let at: ExportPlace | null = place
      while (at !== null && next === null) {
        if (pagesLeft-- <= 0) {
          next = at
          break
        }
        const owner = { userId: ctx.actor.userId, teamId: at.team }
        const rows = await findExportPage(ctx.env.DB, list, owner, at.after, limits.rows)
        if (rows.length > 0) yield separator + rows.map((row) => JSON.stringify(toItem(list, row))).join(',')
        if (rows.length > 0) separator = ','
        at = placeAfter(list, at, rows, limits.rows)
      }
    }
    yield ']'
  }
  const nextCursor = next === null ? null : encodePlace(next)
  yield `,"complete":${next === null},"nextCursor":${JSON.stringify(nextCursor)}}`
  return undefined
}

/** Each list once for the user or for each team, starting at `from`. Skips teams that the user has left since. */
function placesOf({ lists, teams, from }: Omit<Given, 'head'>): ExportPlace[] {
  const all = lists.flatMap((list) => {
    const teamIds =
      list.of === 'person'
        ? ['']
        : teams.filter((t) => list.of === 'joined' || t.owned === 1).map((t) => t.id)
    return teamIds.map((team) => ({ list: list.name, team, after: list.start }))
  })
  if (from === null) return all
  const order = lists.map((list) => list.name)
  const behind = (one: ExportPlace) =>
    order.indexOf(one.list) - order.indexOf(from.list) ||
    (one.team < from.team ? -1 : one.team > from.team ? 1 : 0)
  return all.filter((one) => behind(one) >= 0).map((one) => (behind(one) === 0 ? from : one))
}

function placeAfter(list: ExportList, at: ExportPlace, rows: ExportRow[], limit: number): ExportPlace | null {
  const last = rows.at(-1)
  if (last === undefined || (!list.bounded && rows.length < limit)) return null
  return { ...at, after: list.start.map((_, i) => last[`at${i}`] ?? '') }
}

function toItem({ columns }: ExportList, row: ExportRow): Record<string, unknown> {
  const read = (name: string, stored: ExportRow[string]) => columns[name]?.read?.(stored) ?? stored
  const own = Object.entries(row).filter(([name]) => name in columns)
  return Object.fromEntries(own.map(([name, stored]) => [name, read(name, stored)]))
}
