import { useState } from 'react'
import { download } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { showProblem } from '../../ui/kit/toast.tsx'
import { saveFile } from '../../ui/save-file.ts'
import type { Workflow } from './queries.ts'

/** Downloads the workflow as a file that can be imported. */
export function ExportButton({ workflow }: { workflow: Workflow }) {
  const [isBusy, setBusy] = useState(false)
  async function save() {
    setBusy(true)
    try {
      const file = await download('GET /workflows/{id}/export', {
        params: { id: workflow.id },
        query: { format: 'yaml' },
      })
      saveFile(file, `${workflow.key}.yaml`)
    } catch (error) {
      showProblem(asProblem(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <span className="wide-only">
      <Button icon="download" busy={isBusy} onClick={() => void save()}>
        Export
      </Button>
    </span>
  )
}
