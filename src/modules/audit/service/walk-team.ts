// Checks one team's chain entry by entry, up to the first fault. Besides the rows there are two witnesses: the record of the
// newest seal in D1 and the copies in R2. A row is faulty if its seal does not follow from the previous row, or if a witness
// contradicts it.
import type { RequestContext } from '../../../context.ts'
import { type ChainLink, type ChainRow, nextLink } from '../chain.ts'
import { walkCopies } from '../copies.ts'
import { findNewestSeal } from '../repo/chain.ts'
import { AUDIT_FAULTS, type AuditFault } from '../schema.ts'
import { countChain, readChain } from './chain-rows.ts'

/** A position, the last entry that a copy confirms, and the first entry after it that no copy has confirmed yet. */
export type Place = ChainLink & { agreedSeq: number; doubtSeq: number | null }

export type Walked = { entries: number; fault: AuditFault | null; place: Place | null }

type Fault = keyof typeof AUDIT_FAULTS

const PAGE = 500

export async function walkTeam(
  request: RequestContext,
  teamId: string,
  start: Place,
  budget: number,
): Promise<Walked> {
  const d1 = request.env.DB
  let record = await findNewestSeal(d1, teamId)
  const copies = walkCopies(request.env.FILES, teamId, start.seq)
  let at = start
  const entries = () => at.entries - start.entries
  const broken = (fault: Fault, seq: number, more: Partial<AuditFault> = {}): Walked => ({
    entries: entries(),
    fault: {
      teamId,
      fault,
      detail: AUDIT_FAULTS[fault],
      seq,
      entryId: null,
      afterSeq: at.seq,
      throughSeq: seq,
      ...more,
    },
    place: null,
  })

  for (;;) {
    const ahead = await copies.peek()
    const rows = await readChain(request, teamId, at.seq, PAGE)
    if (rows.length === 0) {
      const sealedSeq = Math.max(record?.seq ?? 0, ahead?.seq ?? 0)
      return sealedSeq > at.seq
        ? broken(
            'truncated',
            Math.min(...([record?.seq, ahead?.seq].filter((seq) => (seq ?? 0) > at.seq) as number[])),
            { throughSeq: sealedSeq },
          )
        : { entries: entries(), fault: null, place: null }
    }
    for (const [i, row] of rows.entries()) {
      const copy = await copies.peek()
      if (copy && copy.seq < row.seq) return broken('missing', copy.seq)
      if (record && record.seq > at.seq && record.seq < row.seq) return broken('missing', record.seq)

      const link = await nextLink(at, row)
      const isSealed = row.seq <= (record?.seq ?? 0)
      if (row.seal === null ? isSealed : row.seal !== link.seal) {
        const next = rows[i + 1] ?? (await readChain(request, teamId, row.seq, 1))[0]
        const fault = await classifyFault(request, at, row, next, copy ?? record)
        return broken(fault, row.seq, { entryId: row.id })
      }
      if (row.seal !== null && !isSealed) {
        // It was sealed during this check, or not by the sealing job.
        record = await findNewestSeal(d1, teamId)
        if (row.seq > (record?.seq ?? 0)) return broken('record_changed', row.seq, { entryId: row.id })
      }

      if (copy?.seq === row.seq) {
        if (copy.seal !== link.seal)
          return broken('rewritten', at.doubtSeq ?? row.seq, {
            entryId: at.doubtSeq === null ? row.id : null,
            afterSeq: at.agreedSeq,
            throughSeq: row.seq,
          })
        copies.skip()
      }
      if (record?.seq === row.seq) {
        if (record.seal !== link.seal || record.entries !== link.entries)
          return broken('record_changed', row.seq, { entryId: row.id })
        // If a later copy exists, the record was reset. The following rows, or their absence, show more.
        if (copy === null) return broken('copy_missing', row.seq, { entryId: row.id })
      }
      at =
        copy?.seq === row.seq
          ? { ...link, agreedSeq: row.seq, doubtSeq: null }
          : { ...link, agreedSeq: at.agreedSeq, doubtSeq: at.doubtSeq ?? row.seq }
      if (entries() >= budget) return { entries: entries(), fault: null, place: at }
    }
    // No witness mentions a row after the last one, so there is no need to look for new rows.
    if (rows.length < PAGE && (record?.seq ?? 0) <= at.seq && (await copies.peek()) === null)
      return { entries: entries(), fault: null, place: null }
  }
}

/** Decides whether a row that breaks the chain was changed, was inserted, or follows a missing row. */
async function classifyFault(
  request: RequestContext,
  at: ChainLink,
  row: ChainRow,
  next: ChainRow | undefined,
  witness: ChainLink | null,
): Promise<Fault> {
  if (next?.seal && (await nextLink(at, next)).seal === next.seal) return 'inserted'
  if (witness === null) return 'changed'
  const counted = at.entries + (await countChain(request, row.teamId, at.seq, witness.seq))
  if (counted === witness.entries) return 'changed'
  return counted < witness.entries ? 'missing' : 'inserted'
}
