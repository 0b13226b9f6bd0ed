import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { call, newIdempotencyKey, type Schemas } from '../../api/client.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { TextField } from '../../ui/kit/field.tsx'
import { showToast } from '../../ui/kit/toast.tsx'
import { useMe, useRights } from '../shell/index.ts'
import { Invitations } from './invitations.tsx'
import { MoreButton, usePages } from './pages.tsx'
import { ROLES, type Role } from './roles.ts'
import { fieldsOf, Loaded, Section } from './section.tsx'
import styles from './settings.module.css'
import { TeamItself } from './team.tsx'

export function Members() {
  return <Loaded query={useMe()}>{(me) => <TeamPage me={me} />}</Loaded>
}

function TeamPage({ me }: { me: Schemas['Me'] }) {
  const teamId = me.team.id
  return (
    <>
      <TeamItself key={teamId} teamId={teamId} />
      <MemberList teamId={teamId} />
      {teamId === me.personalTeamId ? (
        <Section
          title="Invite somebody"
          about="This is your personal team, which is yours alone. To work with others, create a team."
        />
      ) : (
        <Invitations teamId={teamId} />
      )}
      <NewTeam />
    </>
  )
}

function MemberList({ teamId }: { teamId: string }) {
  const cache = useQueryClient()
  const { mayManage } = useRights()
  const me = useMe().data
  const go = useNavigate()
  const list = usePages(['team', teamId, 'members'], (query) =>
    call('GET /teams/{id}/members', { params: { id: teamId }, query }),
  )
  const refresh = () => void cache.invalidateQueries({ queryKey: ['team', teamId] })
  const update = useMutation({
    mutationFn: ({ userId, role }: { userId: string; role: Role }) =>
      call('PATCH /teams/{id}/members/{userId}', { params: { id: teamId, userId }, body: { role } }),
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: (userId: string) =>
      call('DELETE /teams/{id}/members/{userId}', { params: { id: teamId, userId } }),
    onSettled: refresh,
  })
  return (
    <Section title="Members">
      <Loaded query={list}>
        {(items) => (
          <ul className={styles.list}>
            {items.map((one) => (
              <li key={one.userId}>
                <div>
                  <b className="cut">
                    <bdi>{one.name}</bdi>
                  </b>
                  <small>
                    {one.email} · since <Ago at={one.joinedAt} />
                  </small>
                </div>
                {mayManage && one.userId !== me?.id ? (
                  <>
                    <select
                      className={styles.role}
                      aria-label={`Role of ${one.name}`}
                      value={one.role}
                      disabled={update.isPending}
                      onChange={(event) =>
                        update.mutate({ userId: one.userId, role: event.target.value as Role })
                      }
                    >
                      {Object.keys(ROLES).map((role) => (
                        <option key={role}>{role}</option>
                      ))}
                    </select>
                    <ConfirmButton
                      size="small"
                      question={`Remove ${one.name}?`}
                      about="They lose access and their API keys in this team immediately. What they created stays."
                      verb="Remove"
                      onConfirm={() => remove.mutateAsync(one.userId)}
                    >
                      Remove
                    </ConfirmButton>
                  </>
                ) : (
                  <>
                    <span className="dim">{one.role}</span>
                    {one.userId === me?.id && one.role !== 'owner' && (
                      <ConfirmButton
                        size="small"
                        question="Leave this team?"
                        about="You lose access and your API keys in this team immediately. Somebody has to invite you again."
                        verb="Leave the team"
                        onConfirm={async () => {
                          await remove.mutateAsync(one.userId)
                          await go({ to: '/', search: { team: undefined } as never })
                        }}
                      >
                        Leave
                      </ConfirmButton>
                    )}
                  </>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      <MoreButton of={list} />
    </Section>
  )
}

function NewTeam() {
  const cache = useQueryClient()
  const create = useMutation({
    mutationFn: (name: string) =>
      call('POST /teams', { body: { name }, idempotencyKey: newIdempotencyKey() }),
    onSuccess: ({ name }) => showToast(`The team ${name} was created. Choose it at the top left.`),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['teams'] }),
  })
  return (
    <Section title="New team" about="A team has its own workflows, runs, API keys and members.">
      <form
        onSubmit={(event) => {
          const form = event.currentTarget
          create.mutate(fieldsOf(event).name ?? '', { onSuccess: () => form.reset() })
        }}
      >
        <TextField label="Name" name="name" required maxLength={80} />
        <Button type="submit" busy={create.isPending}>
          Create team
        </Button>
      </form>
    </Section>
  )
}
