import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call, download, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { count, exact, plural } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { More } from '../../ui/kit/more.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { saveFile } from '../../ui/save-file.ts'
import { useAdminAction } from './queries.ts'

type Verdict = { entries: number; teams: number; fault: Schemas['AuditFault'] | null; isDone: boolean }

/** Checks the seals of the log, of one team or of all, part by part. */
export function SealDialog({ team, onClose }: { team: string | undefined; onClose: () => void }) {
  const [verdict, setVerdict] = useState<Verdict>({ entries: 0, teams: 0, fault: null, isDone: false })
  const [isBegun, setBegun] = useState(false)
  const verify = useAdminAction(async (signal: AbortSignal) => {
    let cursor: string | null = ''
    let [entries, teams] = [0, 0]
    while (cursor !== null && !signal.aborted) {
      const page: Schemas['AuditVerdict'] = await call('GET /admin/audit-logs/verify', {
        query: { ...(team && { team }), ...pageAfter(cursor) },
      })
      entries += page.entries
      teams += page.teams
      cursor = page.fault === null ? page.nextCursor : null
      setVerdict({ entries, teams, fault: page.fault, isDone: cursor === null })
    }
  }, true)
  const { mutate } = verify
  useEffect(() => {
    if (!isBegun) return
    const controller = new AbortController()
    mutate(controller.signal)
    return () => controller.abort()
  }, [isBegun, mutate])
  return (
    <Dialog
      title="Seals of the audit log"
      about={
        team === undefined
          ? 'Each entry has a seal that depends on all entries before it. This checks those of all teams.'
          : `Each entry has a seal that depends on all entries before it. This checks those of the team ${team}.`
      }
      onClose={onClose}
      actions={
        <Button look="primary" busy={verify.isPending} disabled={isBegun} onClick={() => setBegun(true)}>
          Verify
        </Button>
      }
    >
      {isBegun && (
        <p role="status">
          {verdict.fault === null
            ? verdict.isDone
              ? `All ${plural(verdict.entries, 'entry', 'entries')} of ${plural(verdict.teams, 'team')} are as they were written.`
              : `${plural(verdict.entries, 'entry', 'entries')} checked …`
            : 'The log was changed afterwards.'}
        </p>
      )}
      {verdict.fault && (
        <p className={sheet.fault} role="alert">
          {verdict.fault.detail} Team {verdict.fault.teamId}, entry {count(verdict.fault.seq)}.
        </p>
      )}
      {verify.isError && <ProblemNote problem={asProblem(verify.error)} />}
      {team !== undefined && <Archives team={team} />}
    </Dialog>
  )
}

/** The parts of a team's log that were moved out of the database. */
function Archives({ team }: { team: string }) {
  const list = useInfiniteQuery({
    queryKey: ['admin', 'archives', team],
    ...PAGED,
    queryFn: ({ pageParam }) =>
      call('GET /admin/audit-logs/archives', { query: { team, limit: 50, ...pageAfter(pageParam) } }),
  })
  const save = useAdminAction(async (part: Schemas['AuditPart']) =>
    saveFile(
      await download('GET /admin/audit-logs/archives/{team}/{through}', {
        params: { team, through: part.throughSeq },
      }),
      `audit-log-${part.throughSeq}.jsonl`,
    ),
  )
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  if (items.length === 0) return null
  return (
    <section className={sheet.block} aria-label="Archived parts">
      <h2>Archived parts</h2>
      <ul>
        {items.map((part) => (
          <li key={part.id} className={sheet.buttons}>
            <span className="num">
              {count(part.fromSeq)} to {count(part.throughSeq)}
            </span>
            <span className="faint" title={exact(part.archivedAt)}>
              <Ago at={part.archivedAt} />
            </span>
            <Button size="small" icon="download" onClick={() => save.mutate(part)}>
              Download
            </Button>
          </li>
        ))}
      </ul>
      <More of={list} size="small">
        Show more
      </More>
    </section>
  )
}
