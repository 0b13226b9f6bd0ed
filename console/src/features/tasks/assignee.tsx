import { shortId } from '../../ui/format/time.ts'
import { Icon } from '../../ui/icon.tsx'
import { Combobox, type Option } from '../../ui/kit/combobox.tsx'
import { PersonTag, personOption, usePeople } from '../people/index.ts'
import { type TaskRow, useAgentNames } from './queries.ts'
import styles from './tasks.module.css'

export type Assignee = TaskRow['assignee']

/** Who has the task: a member of the team, or an agent. */
export function AssigneeName({ assignee }: { assignee: Assignee }) {
  if (assignee === null) return null
  if ('userId' in assignee) return <PersonTag id={assignee.userId} />
  return <AgentTag id={assignee.agentId} />
}

export function AgentTag({ id }: { id: string }) {
  const name = useAgentNames().data?.find((one) => one.id === id)?.name
  return (
    <span className={styles.agent} title={id}>
      <Icon name="agent" size={13} />
      <span className="cut">
        <bdi>{name ?? `Agent ${shortId(id)}`}</bdi>
      </span>
    </span>
  )
}

const idOf = (assignee: Assignee): string | null =>
  assignee === null ? null : 'userId' in assignee ? assignee.userId : assignee.agentId

export function AssigneeField({
  value,
  onChange,
  error,
}: {
  value: Assignee
  onChange: (assignee: Assignee) => void
  error?: string | undefined
}) {
  const people = usePeople()
  const agents = useAgentNames()
  const options: Option[] = [
    ...(people.data ?? []).map(personOption),
    ...(agents.data ?? []).map(({ id, name }) => ({
      id,
      name,
      detail: 'Agent',
      sign: <Icon name="agent" size={14} />,
    })),
  ]
  const id = idOf(value)
  return (
    <Combobox
      label="Assignee"
      placeholder="Nobody"
      error={error}
      value={id === null ? null : (options.find((one) => one.id === id) ?? { id, name: `Id ${shortId(id)}` })}
      options={options}
      isSearching={people.isPending || agents.isPending}
      onChange={(option) =>
        onChange(
          option === null
            ? null
            : option.id.startsWith('agt_')
              ? { agentId: option.id }
              : { userId: option.id },
        )
      }
    />
  )
}
