// Everything of one person as one JSON document, written while it is read: never more than a page of rows is in memory,
// however long the audit log is. Secrets are not in it: no hash, no token, no key but its last four characters.
import type { ServiceContext } from '../../../context.ts'
import { toIso } from '../../../core/clock.ts'
import { utf8 } from '../../../core/crypto.ts'
import { EXPORT_LISTS, type ExportList, type ExportRow, readExportPage } from '../repo/data.ts'
import { getPreferences } from './preferences.ts'
import { getProfile } from './profile.ts'

/** D1 answers at most 1,000 queries a request; the lists share this many pages. */
const MOST_PAGES = 900
const PAGE_ROWS = 500

export async function exportAccount(
  ctx: ServiceContext,
  pageRows = PAGE_ROWS,
): Promise<ReadableStream<Uint8Array>> {
  // Read before the answer begins, so that a failure up to here is still a proper problem.
  const profile = await getProfile(ctx)
  const preferences = await getPreferences(ctx)
  const head = { exportedAt: toIso(ctx.now()), profile, preferences }
  const pieces = write(ctx, head, pageRows)
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
  head: object,
  pageRows: number,
): AsyncGenerator<string, undefined> {
  yield JSON.stringify(head).slice(0, -1)
  let pagesLeft = MOST_PAGES
  let complete = true
  for (const list of EXPORT_LISTS) {
    yield `,${JSON.stringify(list.name)}:[`
    let after = 0
    let separator = ''
    while (true) {
      if (pagesLeft-- <= 0) {
        complete = false
        break
      }
      const rows = await readExportPage(ctx, list, after, pageRows)
      for (const row of rows) after = row.at
      if (rows.length > 0) yield separator + rows.map((row) => JSON.stringify(toItem(list, row))).join(',')
      separator = ','
      if (rows.length < pageRows) break
    }
    yield ']'
  }
  yield `,"complete":${complete}}`
  return undefined
}

function toItem(list: ExportList, row: ExportRow): Record<string, unknown> {
  const item: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(row)) {
    if (name === 'at') continue
    if (name.endsWith('At') && typeof value === 'number') item[name] = toIso(value)
    else if (list.json?.includes(name) && typeof value === 'string') item[name] = JSON.parse(value)
    else if (name === 'personal') item[name] = value === 1
    else item[name] = value
  }
  return item
}
