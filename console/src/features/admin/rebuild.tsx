import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { count } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { useAdminAction } from './queries.ts'

type Progress = { reported: number; missing: number; isDone: boolean }

const START: Progress = { reported: 0, missing: 0, isDone: false }

/** Writes the index of runs again, one page after another. Leaving the page stops it; beginning again does no harm. */
export function Rebuild() {
  const [day, setDay] = useState(() => new Date(serverNow()).toISOString().slice(0, 10))
  const [teamId, setTeamId] = useState('')
  const [progress, setProgress] = useState<Progress | null>(null)
  const add = (page: { reported: number; missing: number }, isDone: boolean) =>
    setProgress((old) => ({
      reported: (old?.reported ?? 0) + page.reported,
      missing: (old?.missing ?? 0) + page.missing,
      isDone,
    }))
  const reindex = useAdminAction(async () => {
    setProgress(START)
    let page: number | null = 0
    while (page !== null) {
      const answer: Schemas['ReindexedRuns'] = await call('POST /admin/runs/reindex', { body: { day, page } })
      page = answer.nextPage
      add(answer, page === null)
    }
  }, true)
  const rebuild = useAdminAction(async () => {
    setProgress(START)
    let cursor: string | null = null
    do {
      const answer: Schemas['RebuiltRuns'] = await call('POST /admin/runs/rebuild', {
        body: { cursor, ...(teamId.trim() !== '' && { teamId: teamId.trim() }) },
      })
      cursor = answer.nextCursor
      add(answer, cursor === null)
    } while (cursor !== null)
  }, true)
  const error = reindex.error ?? rebuild.error
  const isBusy = reindex.isPending || rebuild.isPending
  return (
    <section className={sheet.block} aria-labelledby="rebuild">
      <header>
        <h2 id="rebuild">Repair the index of runs</h2>
      </header>
      <p className={sheet.note}>
        Lists and counts read an index. If it lost runs, they write their rows again: those of one day, or all
        from the runs themselves.
      </p>
      <div className={sheet.fields}>
        <TextField
          label="Day"
          help="In UTC"
          type="date"
          value={day}
          onChange={({ target }) => setDay(target.value)}
        />
        <TextField
          label="Team (optional)"
          help="The id of a team, for all days"
          maxLength={64}
          value={teamId}
          onChange={({ target }) => setTeamId(target.value)}
        />
      </div>
      <div className={sheet.buttons}>
        <Button
          busy={reindex.isPending}
          disabled={isBusy || day === ''}
          onClick={() => reindex.mutate(undefined)}
        >
          Repair the day
        </Button>
        <ConfirmButton
          busy={rebuild.isPending}
          disabled={isBusy}
          question={
            teamId.trim() === '' ? 'Rebuild the index of all teams?' : 'Rebuild the index of the team?'
          }
          about="Every run is woken once to write its row again. This takes long for many runs."
          verb="Rebuild"
          onConfirm={async () => rebuild.mutate(undefined)}
        >
          Rebuild all days
        </ConfirmButton>
        {progress && (
          <span className="dim num" role="status">
            {count(progress.reported)} written, {count(progress.missing)} missing
            {progress.isDone ? ', done' : ' …'}
          </span>
        )}
      </div>
      {error !== null && <ProblemNote problem={asProblem(error)} />}
    </section>
  )
}
