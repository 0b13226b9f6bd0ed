// Everything of one person, and of the teams that are theirs, as one JSON document, written while it is read: never more
// than a page of rows is in memory, however much there is. Secrets are not in it: no hash, no token, no URL of a webhook,
// no key but its last four characters.
import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { utf8 } from '../../../core/crypto.ts'
import { commit } from '../../../db/commit.ts'
import { type ExportRow, findMyTeams, type MyTeam, readExportPage } from '../repo/export.ts'
import type { ExportList } from '../repo/export-list.ts'
import { EXPORT_LISTS } from '../repo/export-lists.ts'
import { decodePlace, type ExportPlace, encodePlace } from './export-cursor.ts'
import { getPreferences } from './preferences.ts'
import { getProfile } from './profile.ts'

/** D1 answers at most 1,000 queries a request; the lists share this many pages. What is left has a cursor. */
const LIMITS = { pages: 900, rows: 500 }

export async function exportAccount(
  ctx: ServiceContext,
  cursor?: string,
  limits = LIMITS,
): Promise<ReadableStream<Uint8Array>> {
  // Asked and written before the answer begins, so that a failure up to here is still a proper problem.
  const from = cursor === undefined ? null : decodePlace(cursor)
  const profile = await getProfile(ctx)
  const preferences = await getPreferences(ctx)
  const teams = await findMyTeams(ctx.env.DB, ctx.actor.userId)
  await commit(ctx, {
    audit: {
      action: 'account.exported',
      targetType: 'user',
      targetId: ctx.actor.userId,
      after: { from: from?.list ?? null },
    },
  })
  const head = { exportedAt: toIso(ctx.now()), profile, preferences }
  const pieces = write(ctx, { head, teams, from }, limits)
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

async function* write(
  ctx: ServiceContext,
  { head, teams, from }: { head: object; teams: MyTeam[]; from: ExportPlace | null },
  limits: typeof LIMITS,
): AsyncGenerator<string, undefined> {
  yield JSON.stringify(head).slice(0, -1)
  const places = placesOf(teams, from)
  let pagesLeft = limits.pages
  let next: ExportPlace | null = null
  for (const list of EXPORT_LISTS) {
    yield `,${JSON.stringify(list.name)}:[`
    let separator = ''
    for (const place of places.filter((one) => one.list === list.name)) {
      let at: ExportPlace | null = place
      while (at !== null && next === null) {
        if (pagesLeft-- <= 0) {
          next = at
          break
        }
        const whose = { userId: ctx.actor.userId, teamId: at.team }
        const rows = await readExportPage(ctx.env.DB, list, whose, at.after, limits.rows)
        if (rows.length > 0) yield separator + rows.map((row) => JSON.stringify(toItem(list, row))).join(',')
        if (rows.length > 0) separator = ','
        at = placeBehind(list, at, rows, limits.rows)
      }
    }
    yield ']'
  }
  const nextCursor = next === null ? null : encodePlace(next)
  yield `,"complete":${next === null},"nextCursor":${JSON.stringify(nextCursor)}}`
  return undefined
}

/** Each list once for the person or for each of the teams, from `from` on. A team that was left since is passed over. */
function placesOf(teams: MyTeam[], from: ExportPlace | null): ExportPlace[] {
  const all = EXPORT_LISTS.flatMap((list) => {
    const whose =
      list.of === 'person'
        ? ['']
        : teams.filter((t) => list.of === 'joined' || t.owned === 1).map((t) => t.id)
    return whose.map((team) => ({ list: list.name, team, after: list.start }))
  })
  if (from === null) return all
  const order = EXPORT_LISTS.map((list) => list.name)
  const behind = (one: ExportPlace) =>
    order.indexOf(one.list) - order.indexOf(from.list) ||
    (one.team < from.team ? -1 : one.team > from.team ? 1 : 0)
  return all.filter((one) => behind(one) >= 0).map((one) => (behind(one) === 0 ? from : one))
}

function placeBehind(
  list: ExportList,
  at: ExportPlace,
  rows: ExportRow[],
  limit: number,
): ExportPlace | null {
  const last = rows.at(-1)
  if (last === undefined || (!list.bounded && rows.length < limit)) return null
  return { ...at, after: list.start.map((_, i) => last[`at${i}`] ?? '') }
}

function toItem(list: ExportList, row: ExportRow): Record<string, unknown> {
  const item: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    if (/^at\d$/.test(name)) continue
    if (name.endsWith('At') && typeof value === 'number') item[name] = toIso(value)
    else if (list.json.includes(name) && typeof value === 'string') item[name] = JSON.parse(value)
    else if (list.flags.includes(name)) item[name] = value === 1
    else item[name] = value
  }
  return item
}
