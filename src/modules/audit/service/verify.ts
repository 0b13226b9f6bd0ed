// Verifies the audit log: computes every seal again and compares it with the rows, the record of the newest seal and the copies.
// Entries are added and sealed meanwhile, so evidence of a row is read before the row: then the row must exist.
import type { RequestContext } from '../../../context.ts'
import { decodeCursor, encodeCursor } from '../../../core/cursor.ts'
import { AppError, notFound } from '../../../core/errors.ts'
import { CHAIN_START } from '../chain.ts'
import { nextTeamsWithCopies } from '../copies.ts'
import { findTeamsWithLog, isTeam } from '../repo/chain.ts'
import type { AuditVerdict } from '../schema.ts'
import { type Place, walkTeam } from './walk-team.ts'

type Options = {
  /** If omitted, checks all teams. */
  teamId?: string | undefined
  cursor?: string | undefined
  /** How many entries one call checks. */
  budget?: number
}

/** The id under which administrators' actions are logged. */
const PLATFORM_TEAM = 'system'

const BUDGET = 20_000
/** The fixed cost of a team, in entries, so many small teams do not make one call too long. */
const TEAM_COST = 200
const TEAM_PAGE = 50

export async function verifyAudit(request: RequestContext, options: Options = {}): Promise<AuditVerdict> {
  let budget = options.budget ?? BUDGET
  const verdict: AuditVerdict = { ok: true, entries: 0, teams: 0, fault: null, nextCursor: null }
  let at: Start | null = options.cursor === undefined ? null : readCursor(options.cursor)
  if (at !== null && options.teamId !== undefined && at.teamId !== options.teamId)
    throw new AppError('request.invalid_cursor')
  const teams = teamsFrom(request, at?.teamId ?? '', options.teamId)
  at ??= await teams.next()
  while (at !== null) {
    const { teamId, place } = at
    if (budget <= 0) return { ...verdict, nextCursor: writeCursor(at) }
    const walked = await walkTeam(request, teamId, place, budget)
    verdict.entries += walked.entries
    budget -= walked.entries + TEAM_COST
    if (walked.fault) return { ...verdict, ok: false, fault: walked.fault }
    if (walked.place) return { ...verdict, nextCursor: writeCursor({ teamId, place: walked.place }) }
    verdict.teams++
    at = await teams.next()
  }
  if (options.teamId !== undefined && verdict.entries === 0 && options.cursor === undefined)
    await requireLogOwner(request, options.teamId)
  return verdict
}

/** A mistyped team id must not look like a successful check. */
async function requireLogOwner({ env }: RequestContext, teamId: string): Promise<void> {
  if (teamId !== PLATFORM_TEAM && !(await isTeam(env.DB, teamId))) throw notFound('The team')
}

type Start = { teamId: string; place: Place }

const START: Place = { ...CHAIN_START, agreedSeq: 0, doubtSeq: null }

/** Iterates over the teams after `after` in order, page by page, or over `only` if it is set. */
function teamsFrom(request: RequestContext, after: string, only: string | undefined) {
  const { DB, FILES } = request.env
  let page: string[] = only === undefined || only === after ? [] : [only]
  let last: string | null = only === undefined ? after : null
  const fill = async (from: string): Promise<void> => {
    const found = await Promise.all([
      findTeamsWithLog(DB, from, TEAM_PAGE),
      nextTeamsWithCopies(FILES, from, TEAM_PAGE),
    ])
    page = [...new Set(found.flat())].sort().slice(0, TEAM_PAGE)
    last = page.at(-1) ?? null
  }
  return {
    next: async (): Promise<Start | null> => {
      if (page.length === 0 && last !== null) await fill(last)
      const teamId = page.shift()
      return teamId === undefined ? null : { teamId, place: START }
    },
  }
}

const SORT = 'verify'

const writeCursor = ({ teamId, place }: Start): string =>
  encodeCursor({
    sort: SORT,
    value: `${place.seq} ${place.entries} ${place.seal || '-'} ${place.agreedSeq} ${place.doubtSeq ?? '-'}`,
    id: teamId,
  })

function readCursor(cursor: string): Start {
  const { value, id } = decodeCursor(cursor, SORT)
  const match = /^(\d{1,15}) (\d{1,15}) ([0-9a-f]{64}|-) (\d{1,15}) (\d{1,15}|-)$/.exec(String(value))
  if (match === null) throw new AppError('request.invalid_cursor')
  const [, seq, entries, seal = '', agreedSeq, doubtSeq] = match
  const place: Place = {
    seq: Number(seq),
    entries: Number(entries),
    seal: seal === '-' ? '' : seal,
    agreedSeq: Number(agreedSeq),
    doubtSeq: doubtSeq === '-' ? null : Number(doubtSeq),
  }
  return { teamId: id, place }
}
