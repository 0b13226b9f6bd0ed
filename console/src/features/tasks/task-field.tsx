import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { call } from '../../api/client.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { Combobox } from '../../ui/kit/combobox.tsx'
import { shownTaskStatus, statusLabel } from '../../ui/status.ts'

type Chosen = { id: string; title: string }
const SETTLE_MS = 200

/** Picks a task of the team by words of its title. */
export function TaskField({
  label,
  help,
  error,
  value,
  onChange,
  except = [],
}: {
  label: string
  help?: string
  error?: string | undefined
  value: Chosen | null
  onChange: (task: Chosen | null) => void
  /** Tasks that are not offered. */
  except?: readonly string[]
}) {
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [text])
  const found = useQuery({
    queryKey: ['tasks', 'found', asked],
    placeholderData: keepPreviousData,
    queryFn: () =>
      call('GET /tasks', { query: { sort: '-updated', limit: 30, ...(asked !== '' && { q: asked }) } }),
  })
  const options = (found.data?.items ?? [])
    .filter(({ id }) => !except.includes(id))
    .map((task) => ({
      id: task.id,
      name: task.title,
      detail: statusLabel(shownTaskStatus(task)),
      sign: <Glyph status={shownTaskStatus(task)} size={12} />,
    }))
  return (
    <Combobox
      label={label}
      help={help}
      error={error}
      placeholder="Words of a task"
      value={value && { id: value.id, name: value.title }}
      options={options}
      onSearch={setText}
      isSearching={found.isFetching}
      onChange={(option) => onChange(option && { id: option.id, title: option.name })}
    />
  )
}
