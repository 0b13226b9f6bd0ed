import { useState } from 'react'
import { TextListField } from '../../ui/form/text-list-field.tsx'
import { plural } from '../../ui/format/time.ts'
import { CheckField } from '../../ui/kit/field.tsx'
import styles from './form.module.css'
import {
  type EventGroup,
  groupsOf,
  isOn,
  isWholeGroup,
  ownPatterns,
  toggledEvent,
  toggledGroup,
} from './model/events.ts'
import { useEventTypes } from './queries.ts'

type Props = { value: string[]; error: string | undefined; onChange: (patterns: string[]) => void }

/** Ticks for groups and single events, and a list for other patterns. */
export function EventsField({ value, error, onChange }: Props) {
  const types = useEventTypes().data ?? []
  const groups = groupsOf(types)
  const isAll = value.includes('*')
  const chosen = types.filter(({ name }) => isOn(value, name)).length
  return (
    <fieldset className={styles.events}>
      <legend>
        Events <span className="faint num">{plural(chosen, 'event')} chosen</span>
      </legend>
      <CheckField
        label="All events"
        help="Also those of later versions."
        checked={isAll}
        onChange={() => onChange(isAll ? [] : ['*'])}
      />
      {!isAll &&
        groups.map((group) => <Group key={group.name} group={group} patterns={value} onChange={onChange} />)}
      {!isAll && types.length > 0 && <OwnPatterns groups={groups} patterns={value} onChange={onChange} />}
      {error && (
        <p className={styles.fault} role="alert">
          {error}
        </p>
      )}
    </fieldset>
  )
}

type GroupProps = { group: EventGroup; patterns: string[]; onChange: (patterns: string[]) => void }

function Group({ group, patterns, onChange }: GroupProps) {
  const isWhole = isWholeGroup(patterns, group)
  const on = group.types.filter(({ name }) => isOn(patterns, name)).length
  const [wasOpen] = useState(on > 0 && !isWhole)
  return (
    <details className={styles.group} open={wasOpen}>
      <summary>
        <span className="mono">{group.name}</span>{' '}
        <span className="faint num">
          {on === 0 ? plural(group.types.length, 'event') : `${on} of ${group.types.length}`}
        </span>
      </summary>
      <div>
        <CheckField
          label={<span className="mono">{group.pattern}</span>}
          help="All of them, also those of later versions."
          checked={isWhole}
          onChange={() => onChange(toggledGroup(patterns, group))}
        />
        {group.types.map(({ name, description }) => (
          <CheckField
            key={name}
            label={<span className="mono">{name}</span>}
            help={description}
            checked={isOn(patterns, name)}
            onChange={() => onChange(toggledEvent(patterns, group, name))}
          />
        ))}
      </div>
    </details>
  )
}

type OwnProps = { groups: EventGroup[]; patterns: string[]; onChange: (patterns: string[]) => void }

function OwnPatterns({ groups, patterns, onChange }: OwnProps) {
  const own = ownPatterns(patterns, groups)
  const [wasSet] = useState(own.length > 0)
  return (
    <details className={styles.group} open={wasSet}>
      <summary>Other patterns</summary>
      <TextListField
        label="Patterns"
        help="* matches any characters, as in *.failed."
        value={own}
        onChange={(next) => onChange([...patterns.filter((one) => !own.includes(one)), ...next])}
      />
    </details>
  )
}
