import { Link } from '@tanstack/react-router'
import { Button, buttonClass } from '../../../ui/kit/button.tsx'
import { CopyButton } from '../../../ui/kit/copy.tsx'
import { toWorkflow } from '../../shell/index.ts'
import { startCurl } from '../model/curl.ts'
import { useRunView } from '../run-view.ts'
import styles from './panel.module.css'

/** Suggestions after the run has ended. */
export function NextSteps() {
  const { run, mayRun, rerunFrom } = useRunView()
  const { workflowId } = run
  if (workflowId === null) return null
  return (
    <div className={styles.next}>
      <Link {...toWorkflow(workflowId)} className={buttonClass({ size: 'small' })}>
        Open the workflow
      </Link>
      {mayRun && (
        <Button size="small" onClick={() => rerunFrom(null)}>
          Run again with different input
        </Button>
      )}
      <span>
        As curl
        <CopyButton label="Copy as curl" text={() => startCurl(location.origin, { ...run, workflowId })} />
      </span>
    </div>
  )
}
