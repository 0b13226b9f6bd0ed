import { useNavigate, useSearch } from '@tanstack/react-router'
import { Head, useTitle } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { useRights } from '../shell/index.ts'
import { Webhooks } from '../webhooks/index.ts'
import { Audit } from './audit.tsx'
import { Keys } from './keys.tsx'
import { Members } from './members.tsx'
import { Notifications } from './notifications.tsx'
import { PlanPage } from './plan.tsx'
import { Profile } from './profile.tsx'
import type { SettingsPage } from './routes.ts'
import { Security } from './security.tsx'
import styles from './settings.module.css'
import { Variables } from './variables.tsx'

const TABS = [
  { id: 'profile', name: 'Profile' },
  { id: 'notifications', name: 'Notifications' },
  { id: 'security', name: 'Security' },
  { id: 'keys', name: 'API keys' },
  { id: 'members', name: 'Team' },
  { id: 'audit', name: 'Audit log' },
  { id: 'variables', name: 'Variables' },
  { id: 'webhooks', name: 'Webhooks' },
  { id: 'plan', name: 'Plan and usage' },
]

export function Settings() {
  useTitle('Settings')
  const { mayManage } = useRights()
  const { page = 'profile' } = useSearch({ from: '/shell/settings' })
  const go = useNavigate({ from: '/settings' })
  return (
    <>
      <Head title="Settings" />
      <Tabs
        label="Settings"
        tabs={TABS.filter(({ id }) => id !== 'audit' || mayManage)}
        value={page}
        onChange={(next) => void go({ search: () => ({ page: next as SettingsPage }), replace: true })}
      >
        <div className={styles.page}>
          {page === 'profile' && <Profile />}
          {page === 'notifications' && <Notifications />}
          {page === 'security' && <Security />}
          {page === 'keys' && <Keys />}
          {page === 'members' && <Members />}
          {page === 'audit' && <Audit />}
          {page === 'variables' && <Variables />}
          {page === 'webhooks' && <Webhooks />}
          {page === 'plan' && <PlanPage />}
        </div>
      </Tabs>
    </>
  )
}
