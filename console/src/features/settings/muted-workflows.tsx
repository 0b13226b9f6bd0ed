import { call } from '../../api/client.ts'
import { shortId } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { MoreButton, usePages } from './pages.tsx'
import { Section } from './section.tsx'
import styles from './settings.module.css'

type Props = { ids: string[]; onChange: (ids: string[]) => void }

/** Workflows whose runs do not notify. They can be of any team; those of this team can be added. */
export function MutedWorkflows({ ids, onChange }: Props) {
  const list = usePages(['workflows', 'to-mute'], (query) =>
    call('GET /workflows', { query: { ...query, sort: 'name' } }),
  )
  const workflows = list.data ?? []
  const names = new Map(workflows.map(({ id, name }) => [id, name]))
  return (
    <Section title="Muted workflows" about="Their runs send you no notifications at all.">
      {ids.length > 0 && (
        <ul className={styles.list}>
          {ids.map((id) => (
            <li key={id}>
              <div>
                <b className="cut">{names.get(id) ?? `Workflow ${shortId(id)}`}</b>
                {!names.has(id) && !list.hasNextPage && <small>Of another team, or deleted</small>}
              </div>
              <Button size="small" onClick={() => onChange(ids.filter((one) => one !== id))}>
                Unmute
              </Button>
            </li>
          ))}
        </ul>
      )}
      <SelectField
        label="Mute a workflow of this team"
        value=""
        onChange={(event) => event.target.value && onChange([...ids, event.target.value])}
      >
        <option value="">Choose…</option>
        {workflows
          .filter(({ id }) => !ids.includes(id))
          .map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
      </SelectField>
      <MoreButton of={list} />
    </Section>
  )
}
