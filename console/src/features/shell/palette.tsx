// The command palette: finds pages and things of the team by name, from anywhere.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useRouter } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon, type IconName } from '../../ui/icon.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { shownStatus } from '../../ui/status.ts'
import { leave } from './leave.ts'
import { THING_PAGES } from './links.ts'
import { useNavigation } from './navigation.ts'
import styles from './palette.module.css'
import { isDark, readTheme, setTheme } from './theme.ts'

type Entry = {
  id: string
  name: string
  detail: string
  icon: IconName | null
  status: string | null
  at: string | null
  act: () => void
}

/** A run shows its status instead of an icon. */
const ICONS: Record<Schemas['Found']['kind'], IconName | null> = {
  workflow: 'flow',
  run: null,
  agent: 'agent',
  file: 'file',
  integration: 'plug',
  deployment: 'globe',
  task: 'layers',
}

const pageOf = (kind: string): string => THING_PAGES.get(kind) ?? ''

const SETTLE_MS = 150

export function Palette({ onClose }: { onClose: () => void }) {
  const go = useNavigate()
  const navigation = useNavigation()
  const router = useRouter()
  const [text, setText] = useState('')
  const [asked, setAsked] = useState('')
  const [at, setAt] = useState(0)
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [text])
  const found = useQuery({
    queryKey: ['search', asked],
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    queryFn: () => call('GET /search', { query: { q: asked } }),
  })

  const commands: Entry[] = [
    ...navigation
      .flatMap((group) => group.items)
      .map((item) => ({
        id: item.to,
        name: `Go to ${item.name}`,
        detail: '',
        icon: item.icon,
        status: null,
        at: null,
        act: () => void go({ to: item.to as '/' }),
      })),
    {
      id: 'theme',
      name: isDark(readTheme()) ? 'Light theme' : 'Dark theme',
      detail: '',
      icon: 'moon',
      status: null,
      at: null,
      act: () => setTheme(isDark(readTheme()) ? 'light' : 'dark'),
    },
    {
      id: 'out',
      name: 'Sign out',
      detail: '',
      icon: 'external',
      status: null,
      at: null,
      act: leave,
    },
  ]
  const shown = text.trim() === '' ? [] : (found.data?.items ?? [])
  const things: Entry[] = shown
    .filter(({ kind }) => pageOf(kind) in router.routesByPath)
    .map((one) => ({
      id: one.id,
      name: one.title,
      detail: one.kind === 'run' ? `${one.detail} ${shortId(one.id)}` : one.detail,
      icon: ICONS[one.kind],
      status: one.status,
      at: one.at,
      act: () => void go({ to: pageOf(one.kind) as '/', params: { id: one.id } as never }),
    }))
  const query = text.trim().toLowerCase()
  const entries = [...things, ...commands.filter((one) => one.name.toLowerCase().includes(query))]
  const current = Math.min(at, entries.length - 1)

  function act(entry: Entry | undefined) {
    if (!entry) return
    onClose()
    entry.act()
  }
  function press(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined) {
      event.preventDefault()
      setAt((current + step + entries.length) % Math.max(1, entries.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      act(entries[current])
    }
  }
  return (
    <Dialog title="Find or do" onClose={onClose} size="large">
      <input
        className={styles.field}
        type="search"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={entries[current] ? `palette-${current}` : undefined}
        aria-label="Find or do"
        placeholder="A workflow, a run, a file, a page"
        autoFocus
        value={text}
        maxLength={200}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
        }}
        onKeyDown={press}
      />
      <div id="palette-list" role="listbox" aria-label="Found" className={styles.list}>
        {entries.map((entry, index) => (
          <div
            key={entry.id}
            id={`palette-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            onPointerMove={() => setAt(index)}
            onClick={() => act(entry)}
            onKeyDown={press}
          >
            {entry.icon ? (
              <Icon name={entry.icon} size={15} />
            ) : (
              <Glyph status={shownStatus(entry.status ?? '')} />
            )}
            <span className="cut">
              <bdi>{entry.name}</bdi>
            </span>
            <small className="cut">{entry.detail}</small>
            {entry.at && (
              <small>
                <Ago at={entry.at} />
              </small>
            )}
          </div>
        ))}
        {found.isError && <p role="alert">{asProblem(found.error).message}</p>}
        {entries.length === 0 && <p className="faint">No results.</p>}
      </div>
    </Dialog>
  )
}
