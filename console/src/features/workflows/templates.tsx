import { useNavigate } from '@tanstack/react-router'
import { Button } from '../../ui/kit/button.tsx'
import { toWorkflow } from '../shell/index.ts'
import { useFromTemplate, useTemplates } from './queries.ts'
import styles from './workflows.module.css'

/** Workflows to start from. */
export function Templates() {
  const items = useTemplates().data?.items ?? []
  const use = useFromTemplate()
  const go = useNavigate()
  if (items.length === 0) return null
  async function take(id: string) {
    const made = await use.mutateAsync(id).catch(() => null)
    if (made) await go(toWorkflow(made.id))
  }
  return (
    <section className={styles.templates} aria-labelledby="templates">
      <h2 id="templates">Start from a template</h2>
      <ul>
        {items.map((one) => (
          <li key={one.id}>
            <b>{one.name}</b>
            <p>{one.description}</p>
            <Button
              size="small"
              icon="plus"
              busy={use.isPending && use.variables === one.id}
              onClick={() => void take(one.id)}
            >
              Use it
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
