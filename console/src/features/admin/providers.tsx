import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { duration } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { useAdminAction } from './queries.ts'

export type Provider = Schemas['AiProvider']

const ProviderDialog = lazy(() =>
  import('./provider-dialog.tsx').then((parts) => ({ default: parts.ProviderDialog })),
)

/** The keys of the installation for providers of models, which all teams use. */
export function Providers() {
  /** `new`: a provider is added. */
  const [edited, setEdited] = useState<Provider | 'new' | null>(null)
  const found = useQuery({
    queryKey: ['admin', 'providers'],
    queryFn: () => call('GET /admin/settings/ai-providers'),
  })
  return (
    <section className={sheet.block} aria-labelledby="providers">
      <header>
        <h2 id="providers">Keys for models</h2>
        <Button size="small" icon="plus" onClick={() => setEdited('new')}>
          Add a provider
        </Button>
      </header>
      <p className={sheet.note}>
        Teams without a key of their own call models with these. A key is stored encrypted and not shown
        again.
      </p>
      {found.isError && <ProblemNote problem={asProblem(found.error)} onRetry={() => void found.refetch()} />}
      {found.data?.items.length === 0 && <p className="faint">No provider has a key.</p>}
      {found.data && found.data.items.length > 0 && (
        <div className={sheet.scroll}>
          <table className={sheet.lines}>
            <thead>
              <tr>
                <th scope="col">Provider</th>
                <th scope="col">Key</th>
                <th scope="col">Models</th>
                <th scope="col">State</th>
                <th scope="col">
                  <span className="unseen">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.data.items.map((one) => (
                <Row key={one.provider} provider={one} onEdit={() => setEdited(one)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {edited !== null && (
        <Suspense>
          <ProviderDialog
            known={found.data?.items ?? []}
            {...(edited !== 'new' && { provider: edited })}
            onClose={() => setEdited(null)}
          />
        </Suspense>
      )}
    </section>
  )
}

function Row({ provider: one, onEdit }: { provider: Provider; onEdit: () => void }) {
  const params = { provider: one.provider }
  const test = useAdminAction(() =>
    call('POST /admin/settings/ai-providers/{provider}/test', { params, body: {} }),
  )
  const remove = useAdminAction(() => call('DELETE /admin/settings/ai-providers/{provider}', { params }))
  const result = test.data
  return (
    <tr>
      <th scope="row">{one.provider}</th>
      <td className="mono">{one.hasKey ? `… ${one.lastFour ?? ''}` : 'none'}</td>
      <td>{one.models === null ? 'all' : one.models.join(', ')}</td>
      <td>
        {one.suspendedUntil !== null ? (
          <span className={sheet.bad}>
            rejected, tried again <Ago at={one.suspendedUntil} />
          </span>
        ) : one.enabled ? (
          'in use'
        ) : (
          <span className="faint">off</span>
        )}
        {result && (
          <span role="status" className={result.ok ? 'dim' : sheet.bad}>
            {result.ok
              ? `, ${result.model ?? 'it'} answered in ${duration(result.latencyMs)}`
              : `, ${result.error?.message ?? 'it failed'}`}
          </span>
        )}
      </td>
      <td>
        <span className={sheet.buttons}>
          <Button size="small" busy={test.isPending} onClick={() => test.mutate(undefined)}>
            Test
          </Button>
          <Button size="small" onClick={onEdit}>
            Change
          </Button>
          <ConfirmButton
            size="small"
            icon="trash"
            question={`Delete the key for ${one.provider}?`}
            about="Teams without a key of their own can no longer call its models."
            verb="Delete the key"
            onConfirm={() => remove.mutateAsync(undefined)}
          >
            Delete
          </ConfirmButton>
        </span>
      </td>
    </tr>
  )
}
