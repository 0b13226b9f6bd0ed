import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { type Column, DataTable } from '../../ui/kit/data-table.tsx'
import { ActiveFilter, FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { Empty, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Tag } from '../../ui/kit/tag.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { PageProblem } from '../shell/index.ts'
import { AdminFrame } from './frame.tsx'
import { toUser } from './links.ts'
import { ROLES, readUsers, STATUSES, type UserSearch } from './model/search.ts'
import { type AdminUser, useUsers } from './queries.ts'

const NewUserDialog = lazy(() =>
  import('./new-user-dialog.tsx').then((parts) => ({ default: parts.NewUserDialog })),
)

const COLUMNS: readonly Column<AdminUser>[] = [
  {
    name: 'Person',
    width: 'minmax(120px, 1fr)',
    phone: 'title',
    cell: (row) => <bdi className={sheet.strong}>{row.name || row.email}</bdi>,
  },
  {
    name: 'E-mail',
    width: 'minmax(160px, 1.4fr)',
    phone: 'detail',
    sort: 'email',
    cell: (row) => (
      <span className="dim">
        {row.email} {!row.emailVerified && <Tag>Not verified</Tag>}
      </span>
    ),
  },
  {
    name: 'Role',
    width: '90px',
    cell: (row) =>
      row.role === 'admin' ? <b className={sheet.strong}>admin</b> : <span className="dim">{row.role}</span>,
  },
  { name: 'Plan', width: '80px', medium: null, cell: (row) => <span className="dim">{row.plan}</span> },
  {
    name: 'Second factor',
    width: '110px',
    medium: null,
    cell: (row) => <span className="faint">{row.mfaEnabled ? 'on' : 'off'}</span>,
  },
  {
    name: 'Status',
    width: '90px',
    phone: 'end',
    cell: (row) =>
      row.status === 'disabled' ? (
        <span className={sheet.bad}>disabled</span>
      ) : (
        <span className="faint">active</span>
      ),
  },
  {
    name: 'Last sign-in',
    width: '100px',
    align: 'end',
    cell: (row) => (
      <span className="faint">{row.lastSignInAt === null ? 'never' : <Ago at={row.lastSignInAt} />}</span>
    ),
  },
  {
    name: 'Created',
    width: '90px',
    align: 'end',
    sort: '-createdAt',
    cell: (row) => (
      <span className="faint">
        <Ago at={row.createdAt} />
      </span>
    ),
  },
]

export function Users() {
  useTitle('Users')
  const search = readUsers(useSearch({ from: '/shell/admin/users' }))
  const go = useNavigate({ from: '/admin/users' })
  const list = useUsers(search)
  const [isCreating, setCreating] = useState(false)
  const rows = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total
  const set = (change: { [Name in keyof UserSearch]?: string }) =>
    void go({
      search: (old) => changedSearch<UserSearch>(old, change),
      replace: true,
    })
  return (
    <AdminFrame
      note={total !== undefined && <span className="faint num">{count(total)}</span>}
      end={
        <>
          <SearchField
            label="Search users"
            placeholder="Name or e-mail"
            value={search.q ?? ''}
            onChange={(q) => set({ q })}
          />
          <Button look="primary" icon="plus" foldsText onClick={() => setCreating(true)}>
            Create a user
          </Button>
        </>
      }
    >
      <FilterBar
        end={
          <>
            <FilterChoice label="Role" value={search.role} onChange={(role) => set({ role })}>
              {ROLES.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </FilterChoice>
            <FilterChoice label="Status" value={search.status} onChange={(status) => set({ status })}>
              {STATUSES.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </FilterChoice>
          </>
        }
      >
        {search.q && <ActiveFilter onRemove={() => set({ q: '' })}>{search.q}</ActiveFilter>}
      </FilterBar>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={12} />
      ) : rows.length === 0 ? (
        <Empty
          icon="people"
          title="No matching users"
          action={<Button onClick={() => void go({ search: {} })}>Show all users</Button>}
        />
      ) : (
        <DataTable
          label="Users"
          columns={COLUMNS}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(row) => row.name || row.email}
          onOpen={(row) => void go(toUser(row.id))}
          onEnd={() => loadNextPage(list)}
          sort={search.sort ?? '-createdAt'}
          onSort={(sort) => set({ sort })}
        />
      )}
      {isCreating && (
        <Suspense>
          <NewUserDialog onClose={() => setCreating(false)} />
        </Suspense>
      )}
    </AdminFrame>
  )
}
