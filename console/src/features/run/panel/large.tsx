import { useState } from 'react'
import { call } from '../../../api/client.ts'
import { asProblem, type Problem } from '../../../api/problem.ts'
import { bytes } from '../../../ui/format/time.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { Json } from '../../../ui/kit/json.tsx'
import { ProblemNote } from '../../../ui/kit/page.tsx'
import styles from './panel.module.css'

/** A value larger than 1 MB: shows its size, and displays or saves it on request. */
export function LargeOutput({ runId, path, size }: { runId: string; path: string | null; size: number }) {
  const [value, setValue] = useState<unknown>(undefined)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [busy, setBusy] = useState<'show' | 'save' | null>(null)
  if (value !== undefined) return <Json title="Output" value={value} />
  async function load(how: 'show' | 'save') {
    setBusy(how)
    setProblem(null)
    try {
      const whole =
        path === null
          ? await call('GET /runs/{id}/output', { params: { id: runId } })
          : await call('GET /runs/{id}/nodes/{path}/output', { params: { id: runId, path } })
      if (how === 'show') setValue(whole)
      else save(`${path ?? 'output'} of ${runId}.json`, whole)
    } catch (error) {
      setProblem(asProblem(error))
    } finally {
      setBusy(null)
    }
  }
  return (
    <div className={styles.large}>
      <p>The output has {bytes(size)}. It is loaded when you want it.</p>
      <div className={styles.choices}>
        <Button size="small" busy={busy === 'show'} onClick={() => void load('show')}>
          Show it
        </Button>
        <Button size="small" icon="download" busy={busy === 'save'} onClick={() => void load('save')}>
          Save it
        </Button>
      </div>
      {problem && <ProblemNote problem={problem} />}
    </div>
  )
}

function save(name: string, value: unknown): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(value, null, 2)], { type: 'application/json' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
