import { useNavigate, useSearch } from '@tanstack/react-router'
import { Mark } from '../../ui/icon.tsx'
import { useTeams } from './queries.ts'
import styles from './shell.module.css'

/** A native select: fast, accessible and usable by keyboard and touch. */
export function TeamSwitcher() {
  const { team } = useSearch({ from: '/shell' })
  const go = useNavigate()
  const teams = useTeams().data?.items ?? []
  const personal = teams.find((one) => one.personal)
  const choose = (id: string) =>
    void go({ to: '/', search: { team: id === personal?.id ? undefined : id } as never })
  return (
    <div className={styles.team}>
      <Mark />
      <select
        aria-label="Team"
        value={team ?? personal?.id ?? ''}
        onChange={(event) => choose(event.target.value)}
      >
        {teams.length === 0 && <option value={team ?? ''}>Personal</option>}
        {teams.map((one) => (
          <option key={one.id} value={one.id}>
            {one.personal ? 'Personal' : one.name}
          </option>
        ))}
      </select>
    </div>
  )
}
