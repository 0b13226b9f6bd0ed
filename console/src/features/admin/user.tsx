import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { exact } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { Facts } from '../../ui/kit/facts.tsx'
import { Skeleton, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { Tag } from '../../ui/kit/tag.tsx'
import { PageProblem, toPage, useMe } from '../shell/index.ts'
import { AdminFrame } from './frame.tsx'
import { ROLES } from './model/search.ts'
import { type AdminUser, useAdminAction, useUser } from './queries.ts'
import { TeamPlan } from './team-plan.tsx'

const EditUserDialog = lazy(() =>
  import('./edit-user-dialog.tsx').then((parts) => ({ default: parts.EditUserDialog })),
)

export function UserPage() {
  const { id } = useParams({ from: '/shell/admin/users/$id' })
  const found = useUser(id)
  const user = found.data?.user
  useTitle(user ? user.name || user.email : 'User')
  const [edited, setEdited] = useState<{ user: AdminUser; etag: string } | null>(null)
  if (found.isError)
    return (
      <AdminFrame>
        <PageProblem
          problem={asProblem(found.error)}
          what="user"
          list="/admin/users"
          onRetry={() => void found.refetch()}
        />
      </AdminFrame>
    )
  return (
    <AdminFrame end={found.data && <Button onClick={() => setEdited(found.data)}>Change</Button>}>
      <div className={sheet.page}>
        {found.data ? <UserView {...found.data} /> : <Skeleton rows={8} height={48} />}
      </div>
      {edited && (
        <Suspense>
          <EditUserDialog
            key={edited.etag}
            {...edited}
            onReload={async () => setEdited((await found.refetch()).data ?? null)}
            onClose={() => setEdited(null)}
          />
        </Suspense>
      )}
    </AdminFrame>
  )
}

function UserView({ user, etag }: { user: AdminUser; etag: string }) {
  const time = (at: string) => (
    <span title={exact(at)}>
      <Ago at={at} />
    </span>
  )
  return (
    <>
      <section className={sheet.reportHead} aria-label="User">
        <h2>
          <bdi>{user.name || user.email}</bdi>
        </h2>
        {user.role === 'admin' && <Tag>Admin</Tag>}
        {user.status === 'disabled' && (
          <span className={sheet.bad} role="status">
            Disabled
          </span>
        )}
      </section>
      <Facts
        facts={[
          ['E-mail', `${user.email}${user.emailVerified ? '' : ' (not verified)'}`],
          ['Role', user.role],
          ['Plan', user.plan],
          ['Second factor', user.mfaEnabled ? 'on' : 'off'],
          ['Last sign-in', user.lastSignInAt === null ? 'never' : time(user.lastSignInAt)],
          ['Created', time(user.createdAt)],
          [
            'Id',
            <span key="id" className="mono">
              {user.id} <CopyButton text={user.id} label="Copy the id" />
            </span>,
          ],
          [
            'See',
            <span key="see" className={sheet.buttons}>
              <Link className="link" {...toPage('/admin/audit', { actor: user.id })}>
                What this person did
              </Link>
              <Link className="link" {...toPage('/admin/connections', { userId: user.id })}>
                Open connections
              </Link>
            </span>,
          ],
        ]}
      />
      <Actions user={user} etag={etag} />
      <TeamPlan teamId={user.personalTeamId} title="Personal team" />
    </>
  )
}

function Actions({ user, etag }: { user: AdminUser; etag: string }) {
  const me = useMe().data
  const go = useNavigate()
  const params = { id: user.id }
  const role = useAdminAction((to: AdminUser['role']) =>
    call('PUT /admin/users/{id}/role', { params, body: { role: to }, ifMatch: etag }),
  )
  const status = useAdminAction((to: Schemas['UpdateUserStatus']['status']) =>
    call('PUT /admin/users/{id}/status', { params, body: { status: to }, ifMatch: etag }),
  )
  const mfa = useAdminAction(() => call('DELETE /admin/users/{id}/mfa', { params, ifMatch: etag }))
  const remove = useAdminAction(() => call('DELETE /admin/users/{id}', { params, ifMatch: etag }))
  const name = user.name || user.email
  if (me?.id === user.id)
    return <p className={sheet.note}>This is you. Another administrator can change your role.</p>
  return (
    <section className={sheet.block} aria-labelledby="rights">
      <header>
        <h2 id="rights">Rights</h2>
      </header>
      <div className={sheet.buttons}>
        {ROLES.filter((one) => one !== user.role).map((one) => (
          <ConfirmButton
            key={one}
            question={`Make ${name} ${one === 'user' ? 'a user' : one === 'admin' ? 'an admin' : one}?`}
            about={
              one === 'admin'
                ? 'An admin can see and change everything of this installation, all users and all teams.'
                : 'The role decides about the rights in the whole installation. Roles in teams stay.'
            }
            verb="Change the role"
            onConfirm={() => role.mutateAsync(one)}
          >
            Make {one}
          </ConfirmButton>
        ))}
        {user.status === 'active' ? (
          <ConfirmButton
            question={`Disable ${name}?`}
            about="All sessions and API keys of the person stop working at once. You can enable the account again."
            verb="Disable"
            onConfirm={() => status.mutateAsync('disabled')}
          >
            Disable
          </ConfirmButton>
        ) : (
          <Button busy={status.isPending} onClick={() => status.mutate('active')}>
            Enable
          </Button>
        )}
        {user.mfaEnabled && (
          <ConfirmButton
            question={`Remove the second factor of ${name}?`}
            about="The person signs in with the password alone until a second factor is set up again."
            verb="Remove it"
            onConfirm={() => mfa.mutateAsync(undefined)}
          >
            Remove the second factor
          </ConfirmButton>
        )}
        <ConfirmButton
          icon="trash"
          question={`Delete ${name}?`}
          about="The account and its personal team are deleted for good, with everything in it."
          verb={`Delete ${user.email}`}
          onConfirm={async () => {
            await remove.mutateAsync(undefined)
            await go(toPage('/admin/users'))
          }}
        >
          Delete
        </ConfirmButton>
      </div>
    </section>
  )
}
