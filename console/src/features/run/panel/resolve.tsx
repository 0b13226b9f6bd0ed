import { asProblem } from '../../../api/problem.ts'
import { useDraft } from '../../../ui/form/draft.ts'
import { JsonField } from '../../../ui/form/json-field.tsx'
import { Button } from '../../../ui/kit/button.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import { useResolve } from '../queries.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

/** A person decides whether an effect with unknown outcome has happened. */
export function Resolve({ path }: { path: string }) {
  const { run } = useRunView()
  const resolve = useResolve(run.id, path)
  const draft = useDraft<unknown>(`resolve.${run.id} ${path}`, () => undefined)
  const output = draft.value
  const resolveAs = (outcome: 'succeeded' | 'failed' | 'retry') =>
    resolve.mutate(
      { outcome, ...(outcome === 'succeeded' && output !== undefined ? { output } : {}) },
      { onSuccess: draft.forget },
    )
  const busy = (outcome: string) => resolve.isPending && resolve.variables.outcome === outcome
  return (
    <form
      className={styles.resolve}
      onSubmit={(event) => {
        event.preventDefault()
        resolveAs('succeeded')
      }}
    >
      <details open={draft.isRestored}>
        <summary>It happened and returned a value</summary>
        <JsonField
          draft={draft.key && `${draft.key}.json`}
          label="The output for the run to continue with"
          value={output}
          onChange={draft.set}
        />
      </details>
      <div className={styles.choices}>
        <Button type="submit" size="small" icon="check" busy={busy('succeeded')}>
          It happened
        </Button>
        <Button size="small" icon="close" busy={busy('failed')} onClick={() => resolveAs('failed')}>
          It did not happen
        </Button>
        <Button size="small" icon="retry" busy={busy('retry')} onClick={() => resolveAs('retry')}>
          Repeat it
        </Button>
      </div>
      {resolve.isError && <ProblemNote problem={asProblem(resolve.error)} />}
    </form>
  )
}
