import { useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouterState, useSearch } from '@tanstack/react-router'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { currentUser, onSessionChange } from '../../api/session.ts'
import { Icon, Mark } from '../../ui/icon.tsx'
import { IconButton } from '../../ui/kit/button.tsx'
import { Uploads } from '../uploads/index.ts'
import { Commands, type Opened } from './commands.tsx'
import { leave } from './leave.ts'
import { useNavigation } from './navigation.ts'
import { Announcements } from './notices/announcements.tsx'
import { Bell, UnreadDot } from './notices/bell.tsx'
import { useWaitingCount } from './queries.ts'
import styles from './shell.module.css'
import { TeamSwitcher } from './team-switcher.tsx'
import { isDark, setTheme, useTheme } from './theme.ts'

const isAt = (path: string, to: string): boolean =>
  to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)

/** Each person and each team starts with empty pages and no data of another. */
export function Shell() {
  const session = useSyncExternalStore(onSessionChange, currentUser)
  const { team } = useSearch({ from: '/shell' })
  const go = useNavigate()
  useEffect(() => {
    if (session !== null) return
    void go({ to: '/sign-in' as '/', search: { to: location.pathname + location.search } as never })
  }, [session, go])
  if (session === null) return null
  return <Frame key={`${session.user.id} ${team}`} name={session.user.name} />
}

function Frame({ name }: { name: string }) {
  const cache = useQueryClient()
  // Before the pages of the frame read it.
  useState(() => cache.clear())
  const navigation = useNavigation()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [isOpen, setOpen] = useState(false)
  const [opened, setOpened] = useState<Opened>(null)
  useEffect(() => setOpen(false), [path])
  return (
    <div className={styles.shell} data-open={isOpen}>
      <a className={styles.skip} href="#main">
        Skip to content
      </a>
      <nav className={styles.rail} aria-label="Main">
        <div className={styles.top}>
          <TeamSwitcher />
          <Bell />
        </div>
        <button className={styles.find} type="button" onClick={() => setOpened('palette')}>
          <Icon name="search" size={14} />
          <span>Find or do…</span>
          <kbd>⌘ K</kbd>
        </button>
        <div className={styles.groups}>
          {navigation.map(({ name, items }) => (
            <ul className={styles.group} key={name} aria-label={name || 'Watch'}>
              {name !== '' && <li className={styles.groupName}>{name}</li>}
              {items
                .filter(({ isElsewhere }) => !isElsewhere)
                .map((item) => (
                  <li key={item.to}>
                    <Link
                      to={item.to as '/'}
                      className={styles.link}
                      title={item.name}
                      aria-current={isAt(path, item.to) ? 'page' : undefined}
                    >
                      <Icon name={item.icon} size={15} />
                      <span>{item.name}</span>
                      {item.to === '/approvals' && <WaitingCount />}
                    </Link>
                  </li>
                ))}
            </ul>
          ))}
        </div>
        <Foot name={name} />
      </nav>
      {isOpen && (
        <button
          className={styles.scrim}
          type="button"
          aria-label="Close menu"
          onClick={() => setOpen(false)}
        />
      )}
      <main id="main" className={styles.main} tabIndex={-1}>
        <span className={styles.menu}>
          <IconButton icon="menu" label="Menu" onClick={() => setOpen(true)} />
          <UnreadDot />
        </span>
        <Announcements />
        <Outlet />
      </main>
      <Uploads />
      <Commands opened={opened} onOpen={setOpened} />
    </div>
  )
}

function WaitingCount() {
  const { data = 0 } = useWaitingCount()
  return data === 0 ? null : <span className={styles.count}>{data > 99 ? '99+' : data}</span>
}

function Foot({ name }: { name: string }) {
  const theme = useTheme()
  const dark = isDark(theme)
  return (
    <div className={styles.foot}>
      <span className={styles.avatar} aria-hidden="true">
        {name.slice(0, 1).toUpperCase()}
      </span>
      <span className={`${styles.who} cut`}>{name}</span>
      <IconButton
        icon={dark ? 'sun' : 'moon'}
        label={dark ? 'Light theme' : 'Dark theme'}
        onClick={() => setTheme(dark ? 'light' : 'dark')}
      />
      <IconButton icon="external" label="Sign out" onClick={leave} />
    </div>
  )
}

export { Mark }
