import { Link, useNavigate } from '@tanstack/react-router'
import { Icon } from '../../ui/icon.tsx'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { toImport, toRun, toWorkflow, toWorkflows } from '../shell/index.ts'
import styles from './home.module.css'
import { useRunSample } from './queries.ts'

/** Three ways to start. The first takes seconds and shows the most. */
export function FirstSteps() {
  const sample = useRunSample()
  const go = useNavigate()
  async function start() {
    const begun = await sample.mutateAsync().catch(() => null)
    if (begun === null) return
    if ('runId' in begun) await go(toRun(begun.runId))
    else await go(toWorkflow(begun.workflowId))
  }
  return (
    <section className={styles.steps} aria-label="Begin here">
      <article>
        <Icon name="play" size={18} />
        <h2>Run the sample</h2>
        <p>
          It gets an order from an endpoint that fails twice, prices it and waits for your approval. Watch it
          happen.
        </p>
        <Button look="primary" icon="play" busy={sample.isPending} onClick={() => void start()}>
          Run the sample
        </Button>
      </article>
      <article>
        <Icon name="flow" size={18} />
        <h2>Build your own</h2>
        <p>Start from a template, or send your own definition to the API.</p>
        <Link {...toWorkflows({ templates: true })} className={buttonClass()}>
          Browse templates
        </Link>
      </article>
      <article>
        <Icon name="upload" size={18} />
        <h2>Import one</h2>
        <p>
          Drop a YAML or JSON file that another installation exported. It is validated before anything is
          stored.
        </p>
        <Link {...toImport()} className={buttonClass()}>
          Import
        </Link>
      </article>
    </section>
  )
}
