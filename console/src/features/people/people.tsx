import type { ReactNode } from 'react'
import { shortId } from '../../ui/format/time.ts'
import { Icon } from '../../ui/icon.tsx'
import { Combobox, type Option } from '../../ui/kit/combobox.tsx'
import { useMe } from '../shell/index.ts'
import styles from './people.module.css'
import { type Person, usePeople } from './queries.ts'

/** The name of a user of the team. Somebody who has left has no name here. */
export function PersonName({ id }: { id: string }) {
  const person = usePeople().data?.find(({ userId }) => userId === id)
  const isMe = useMe().data?.id === id
  if (person === undefined) return <span title={id}>User {shortId(id)}</span>
  return (
    <span title={person.email}>
      <bdi>{person.name}</bdi>
      {isMe && <span className="faint"> (you)</span>}
    </span>
  )
}

/** A person in a list: the name behind a small sign. */
export const PersonTag = ({ id }: { id: string }) => (
  <span className={styles.person}>
    <Icon name="user" size={13} />
    <span className="cut">
      <PersonName id={id} />
    </span>
  </span>
)

export const personOption = ({ userId, name, email }: Person): Option => ({
  id: userId,
  name,
  detail: email,
  sign: <Icon name="user" size={14} />,
})

type FieldProps = {
  label: string
  help?: ReactNode
  error?: string | undefined
  required?: boolean
  /** The id of a user. */
  value: string | null
  onChange: (userId: string | null) => void
}

/** Picks a member of the team. */
export function PersonField({ value, onChange, ...field }: FieldProps) {
  const people = usePeople()
  const options = (people.data ?? []).map(personOption)
  return (
    <Combobox
      {...field}
      placeholder="A name or an e-mail address"
      value={
        value === null
          ? null
          : (options.find(({ id }) => id === value) ?? { id: value, name: `User ${shortId(value)}` })
      }
      options={options}
      isSearching={people.isPending}
      onChange={(option) => onChange(option?.id ?? null)}
    />
  )
}
