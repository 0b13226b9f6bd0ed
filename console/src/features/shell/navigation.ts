// The pages of the navigation, with the key for each after `g`.
import { useMemo } from 'react'
import type { IconName } from '../../ui/icon.tsx'
import { useMe } from './queries.ts'

type Item = {
  to: string
  icon: IconName
  name: string
  key: string
  /** Only for administrators of the installation. */
  isAdmin?: true
  /** It has another place in the shell. */
  isElsewhere?: true
}

const NAVIGATION: { name: string; items: Item[] }[] = [
  {
    name: '',
    items: [
      { to: '/', icon: 'home', name: 'Overview', key: 'o' },
      { to: '/runs', icon: 'wave', name: 'Runs', key: 'r' },
      { to: '/approvals', icon: 'checklist', name: 'Approvals', key: 'a' },
      { to: '/notifications', icon: 'bell', name: 'Notifications', key: 'n', isElsewhere: true },
    ],
  },
  {
    name: 'Build',
    items: [
      { to: '/workflows', icon: 'flow', name: 'Workflows', key: 'w' },
      { to: '/agents', icon: 'agent', name: 'Agents', key: 'e' },
      { to: '/tasks', icon: 'board', name: 'Tasks', key: 't' },
      { to: '/integrations', icon: 'plug', name: 'Integrations', key: 'i' },
      { to: '/files', icon: 'file', name: 'Files', key: 'f' },
      { to: '/deployments', icon: 'upload', name: 'Deployments', key: 'd' },
    ],
  },
  {
    name: 'Govern',
    items: [
      { to: '/costs', icon: 'coins', name: 'Costs', key: 'c' },
      { to: '/settings', icon: 'settings', name: 'Settings', key: 's' },
      { to: '/admin', icon: 'shield', name: 'Admin', key: 'm', isAdmin: true },
    ],
  },
]

/** The pages that this person can open. */
export function useNavigation(): { name: string; items: Item[] }[] {
  const isAdmin = useMe().data?.role === 'admin'
  return useMemo(
    () =>
      NAVIGATION.map(({ name, items }) => ({
        name,
        items: items.filter((item) => isAdmin || item.isAdmin !== true),
      })),
    [isAdmin],
  )
}
