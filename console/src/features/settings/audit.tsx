// The audit log of the team, for its admins.

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate, useRouter, useSearch } from '@tanstack/react-router'
import { call, type Schemas } from '../../api/client.ts'
import { PAGED, pageAfter } from '../../api/pages.ts'
import { asProblem } from '../../api/problem.ts'
import { exact, plural, shortId } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { Json } from '../../ui/kit/json.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, ProblemNote, Skeleton } from '../../ui/kit/page.tsx'
import { PersonField } from '../people/index.ts'
import { THING_PAGES, useMe, useRights } from '../shell/index.ts'
import styles from './audit.module.css'
import { type AuditFilter, auditQueryOf, readAuditFilter } from './model/audit.ts'
import { fieldsOf } from './section.tsx'

type Entry = Schemas['TeamAuditEntry']

export function Audit() {
  const search = useSearch({ from: '/shell/settings' })
  const filter = readAuditFilter(search)
  const go = useNavigate({ from: '/settings' })
  const teamId = useMe().data?.team.id
  const { mayManage } = useRights()
  const list = useInfiniteQuery({
    queryKey: ['team', teamId, 'audit', filter],
    enabled: teamId !== undefined && mayManage,
    ...PAGED,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      call('GET /teams/{id}/audit-logs', {
        params: { id: teamId ?? '' },
        query: { ...auditQueryOf(filter), limit: 50, count: 'true', ...pageAfter(pageParam) },
      }),
  })
  const set = (next: AuditFilter) => void go({ search: () => ({ page: 'audit' as const, ...next }) })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const isFiltered = Object.keys(filter).length > 0
  if (!mayManage) return <p className="dim">Owners and admins of the team can read its audit log.</p>
  return (
    <section className={styles.audit} aria-label="Audit log">
      <Filters key={JSON.stringify(filter)} filter={filter} onChange={set} />
      {list.isError ? (
        <ProblemNote problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={10} />
      ) : items.length === 0 ? (
        <Empty
          icon="shield"
          title={isFiltered ? 'No matching entries' : 'No entries'}
          action={isFiltered && <Button onClick={() => set({})}>Show all entries</Button>}
        >
          Every change in the team is recorded here: who made it, when, and from where.
        </Empty>
      ) : (
        <>
          <p className="faint num">
            {plural(list.data?.pages[0]?.total ?? items.length, 'entry', 'entries')}
          </p>
          <ul className={styles.entries} aria-busy={list.isPlaceholderData}>
            {items.map((one) => (
              <EntryRow key={one.id} entry={one} onFilter={(more) => set({ ...filter, ...more })} />
            ))}
          </ul>
          {list.hasNextPage && (
            <div>
              <More of={list}>Older ones</More>
            </div>
          )}
        </>
      )}
    </section>
  )
}

type FiltersProps = { filter: AuditFilter; onChange: (filter: AuditFilter) => void }

function Filters({ filter, onChange }: FiltersProps) {
  return (
    <form
      className={styles.filters}
      onSubmit={(event) => {
        const { action = '', target = '', from = '', to = '' } = fieldsOf(event)
        onChange(readAuditFilter({ actor: filter.actor, action, target, from, to }))
      }}
    >
      <PersonField
        label="Who"
        value={filter.actor ?? null}
        onChange={(actor) => onChange(readAuditFilter({ ...filter, actor }))}
      />
      <TextField
        label="Action"
        name="action"
        placeholder="workflow.updated"
        maxLength={100}
        spellCheck={false}
        defaultValue={filter.action}
      />
      <TextField
        label="Id of what was changed"
        name="target"
        maxLength={100}
        spellCheck={false}
        defaultValue={filter.target}
      />
      <TextField label="From" name="from" type="date" defaultValue={filter.from} />
      <TextField label="To" name="to" type="date" defaultValue={filter.to} />
      <Button type="submit">Filter</Button>
      {Object.keys(filter).length > 0 && (
        <Button look="quiet" onClick={() => onChange({})}>
          Show all
        </Button>
      )}
    </form>
  )
}

type RowProps = { entry: Entry; onFilter: (filter: AuditFilter) => void }

function EntryRow({ entry, onFilter }: RowProps) {
  const { action, target, createdAt, before, after, address, userAgent, requestId } = entry
  return (
    <li>
      <details>
        <summary>
          <span className={styles.when}>
            <Ago at={createdAt} />
          </span>
          <b className="cut">
            <bdi>{actorOf(entry)}</bdi>
          </b>
          <span className="mono">{action}</span>
          <span className={`${styles.target} cut`}>
            {target.type} <bdi>{target.name ?? shortId(target.id)}</bdi>
          </span>
        </summary>
        <div className={styles.more}>
          <p className="dim">
            {exact(createdAt)}
            {address && ` · from ${address}`}
            {userAgent && ` · ${userAgent}`} · request <span className="mono">{requestId}</span>
          </p>
          <p className={styles.links}>
            <TargetLink entry={entry} />
            <Button size="small" onClick={() => onFilter({ target: target.id })}>
              All about this {target.type}
            </Button>
            <Button size="small" onClick={() => onFilter({ action })}>
              All {action}
            </Button>
          </p>
          {before !== null && <Json title="Before" value={before} empty="Nothing" />}
          {after !== null && <Json title="After" value={after} empty="Nothing" />}
        </div>
      </details>
    </li>
  )
}

function actorOf({ actor }: Entry): string {
  const who = actor.name ?? (actor.id === null ? null : `User ${shortId(actor.id)}`)
  if (actor.key !== null) return `${who ?? 'A key'} (key ${actor.key.name ?? shortId(actor.key.id)})`
  return who ?? (actor.kind === 'system' ? 'The system' : 'Somebody not signed in')
}

function TargetLink({ entry: { target } }: { entry: Entry }) {
  const router = useRouter()
  const page = THING_PAGES.get(target.type)
  if (page === undefined || !(page in router.routesByPath)) return null
  return (
    <Link to={page as '/'} params={{ id: target.id } as never} className="link">
      Open the {target.type}
    </Link>
  )
}
