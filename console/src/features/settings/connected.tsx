import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { call } from '../../api/client.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { goToProvider } from '../auth/index.ts'
import { Loaded, Section } from './section.tsx'
import styles from './settings.module.css'

const HERE = '/settings?page=security'

/** The accounts at providers that this account can be signed in with. Nothing is shown if the installation has no providers. */
export function Connected() {
  const cache = useQueryClient()
  const providers = useQuery({
    queryKey: ['sign-in-providers'],
    queryFn: () => call('GET /auth/oauth/providers'),
    staleTime: 60_000,
  })
  const identities = useQuery({
    queryKey: ['identities'],
    queryFn: () => call('GET /auth/oauth/identities'),
  })
  const unlink = useMutation({
    mutationFn: (provider: string) =>
      call('DELETE /auth/oauth/identities/{provider}', { params: { provider } }),
    onSettled: () => void cache.invalidateQueries({ queryKey: ['identities'] }),
  })
  const known = providers.data?.items ?? []
  const linked = identities.data?.items ?? []
  const others = known.filter(({ id }) => linked.every(({ provider }) => provider !== id))
  if (known.length === 0 && linked.length === 0) return null
  return (
    <Section title="Connected accounts" about="You can sign in with each of them instead of the password.">
      <Loaded query={identities}>
        {({ items }) => (
          <ul className={styles.list}>
            {items.map(({ provider, email, createdAt }) => {
              const name = known.find(({ id }) => id === provider)?.name ?? provider
              return (
                <li key={provider}>
                  <div>
                    <b className="cut">{name}</b>
                    <small>
                      {email} · connected <Ago at={createdAt} />
                    </small>
                  </div>
                  <ConfirmButton
                    size="small"
                    aria-label={`Disconnect ${name}`}
                    question={`Disconnect ${name}?`}
                    about={`You can no longer sign in with ${email} at ${name}.`}
                    verb="Disconnect it"
                    onConfirm={() => unlink.mutateAsync(provider)}
                  >
                    Disconnect
                  </ConfirmButton>
                </li>
              )
            })}
          </ul>
        )}
      </Loaded>
      <div className={styles.buttons}>
        {others.map(({ id, name, startUrl }) => (
          <Button key={id} icon="link" onClick={() => void goToProvider(startUrl, HERE, 'link')}>
            Connect {name}
          </Button>
        ))}
      </div>
    </Section>
  )
}
