import { Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { plural } from '../../ui/format/time.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { hasEnded } from './model/live.ts'
import { countUndoable } from './model/look.ts'
import { useUndo, useVerb } from './queries.ts'
import styles from './run.module.css'
import { useRunView } from './run-view.ts'

const SignalDialog = lazy(() =>
  import('./signal-dialog.tsx').then((parts) => ({ default: parts.SignalDialog })),
)
const RetryDialog = lazy(() => import('./retry-dialog.tsx').then((parts) => ({ default: parts.RetryDialog })))

const CompareDialog = lazy(() =>
  import('./compare/compare-dialog.tsx').then((parts) => ({ default: parts.CompareDialog })),
)

/** The actions that the run's status allows. Actions that the server may refuse wait for its response. */
export function RunActions() {
  const { live, mayRun } = useRunView()
  const isOver = hasEnded(live.status)
  return (
    <div className={styles.end}>
      {isOver && <Compare />}
      {mayRun && (isOver ? <WhenEnded /> : <WhileUnderWay />)}
    </div>
  )
}

function Compare() {
  const { run } = useRunView()
  const [isOpen, setOpen] = useState(false)
  if (run.workflowId === null) return null
  return (
    <span className="wide-only">
      <Button look="quiet" icon="compare" onClick={() => setOpen(true)}>
        Compare
      </Button>
      {isOpen && (
        <Suspense>
          <CompareDialog onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </span>
  )
}

function WhileUnderWay() {
  const { run, live } = useRunView()
  const verb = useVerb(run.id)
  const [isSignalling, setSignalling] = useState(false)
  const isPaused = live.status === 'paused'
  const busy = [...live.steps.values()].reduce((sum, { counts }) => sum + (counts.running ?? 0), 0)
  const waitsForSignal = [...live.waits.values()].some(({ kind }) => kind === 'signal')
  return (
    <>
      {waitsForSignal && (
        <Button icon="zap" foldsText onClick={() => setSignalling(true)}>
          Send a signal
        </Button>
      )}
      <Button
        icon={isPaused ? 'play' : 'pause'}
        foldsText
        busy={verb.isPending && verb.variables !== 'cancel'}
        title={isPaused ? 'Continue the run' : 'Start no new steps; running steps finish'}
        onClick={() => verb.mutate(isPaused ? 'resume' : 'pause')}
      >
        {isPaused ? 'Resume' : 'Pause'}
      </Button>
      <ConfirmButton
        icon="stop"
        foldsText
        question="Cancel this run?"
        about={`${busy === 0 ? 'No step is running' : `${plural(busy, 'step is', 'steps are')} running and will be stopped`}. Completed effects stay, unless the workflow undoes them.`}
        verb="Cancel the run"
        onConfirm={() => verb.mutateAsync('cancel')}
      >
        Cancel
      </ConfirmButton>
      {isSignalling && (
        <Suspense>
          <SignalDialog onClose={() => setSignalling(false)} />
        </Suspense>
      )}
    </>
  )
}

const RunLink = ({ id, children }: { id: string; children: string }) => (
  <Link to="/runs/$id" params={{ id }} className={`${buttonClass({ look: 'quiet' })} wide-only`}>
    {children}
  </Link>
)

/** Offered if a step that can be undone has succeeded. */
function Undo() {
  const { run, live, outline } = useRunView()
  const undo = useUndo(run.id)
  const go = useNavigate()
  const count = countUndoable(outline, live)
  if (run.compensatedBy !== null || run.retriedBy !== null || count === 0) return null
  return (
    <span className="wide-only">
      <ConfirmButton
        look="quiet"
        question="Undo what this run did?"
        about={`A new run undoes ${plural(count, 'step')} with the steps that the workflow has for this, the last one first.`}
        verb="Undo it"
        onConfirm={async () => {
          const { id } = await undo.mutateAsync()
          await go({ to: '/runs/$id', params: { id } })
        }}
      >
        Undo
      </ConfirmButton>
    </span>
  )
}

function WhenEnded() {
  const { run, live, rerunFrom } = useRunView()
  const [isRetrying, setRetrying] = useState(false)
  return (
    <>
      {run.retriedBy !== null && <RunLink id={run.retriedBy}>Its retry</RunLink>}
      {run.compensatedBy !== null && <RunLink id={run.compensatedBy}>Undone by</RunLink>}
      <Undo />
      {live.status !== 'succeeded' && run.retriedBy === null && (
        <Button icon="retry" look="primary" onClick={() => setRetrying(true)}>
          Retry
        </Button>
      )}
      {run.workflowId !== null && (
        <Button icon="play" foldsText onClick={() => rerunFrom(null)}>
          Rerun
        </Button>
      )}
      {isRetrying && (
        <Suspense>
          <RetryDialog onClose={() => setRetrying(false)} />
        </Suspense>
      )}
    </>
  )
}
