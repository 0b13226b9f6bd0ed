import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Tabs } from '../../ui/kit/tabs.tsx'
import { PageProblem, toIntegrations, useRights } from '../shell/index.ts'
import styles from './integration.module.css'
import { Overview } from './overview.tsx'
import { useConnect, useIntegration, useTest, useTypes } from './queries.ts'
import type { IntegrationTab } from './routes.ts'
import { StatusPill } from './status.tsx'
import { TestsTab } from './tests-tab.tsx'
import { UsageTab } from './usage-tab.tsx'

const EditDialog = lazy(() =>
  import('./edit-dialog.tsx').then(({ EditDialog: dialog }) => ({ default: dialog })),
)
const RotateDialog = lazy(() =>
  import('./rotate-dialog.tsx').then(({ RotateDialog: dialog }) => ({ default: dialog })),
)
const DeleteDialog = lazy(() =>
  import('./delete-dialog.tsx').then(({ DeleteDialog: dialog }) => ({ default: dialog })),
)

const TABS = [
  { id: 'overview', name: 'Overview' },
  { id: 'usage', name: 'Used by' },
  { id: 'tests', name: 'Tests' },
]

export function IntegrationPage() {
  const { id } = useParams({ from: '/shell/integrations/$id' })
  const found = useIntegration(id)
  if (found.isError)
    return (
      <PageProblem
        problem={asProblem(found.error)}
        what="integration"
        list="/integrations"
        onRetry={() => void found.refetch()}
      />
    )
  if (!found.data) return <Skeleton />
  return <View key={id} {...found.data} />
}

type Found = NonNullable<ReturnType<typeof useIntegration>['data']>

function View({ integration: one, etag }: Found) {
  useTitle(one.name)
  const { tab = 'overview' } = useSearch({ from: '/shell/integrations/$id' })
  const go = useNavigate({ from: '/integrations/$id' })
  const type = useTypes().data?.find(({ type: name }) => name === one.type)
  const { mayRun, mayManage } = useRights()
  const [opened, setOpened] = useState<'edit' | 'rotate' | 'delete' | null>(null)
  const test = useTest(one.id)
  const connect = useConnect(one.id)
  const close = () => setOpened(null)
  const needsConsent = one.status === 'needs_reconnect'
  return (
    <>
      <Head
        title={
          <>
            <Link {...toIntegrations()} className="crumb wide-only">
              Integrations
            </Link>
            <bdi>{one.name}</bdi>
          </>
        }
        end={
          <>
            {mayManage && (
              <Button foldsText icon="trash" onClick={() => setOpened('delete')}>
                Delete
              </Button>
            )}
            {mayManage && Object.keys(one.secretsSet).length > 0 && (
              <Button foldsText icon="key" onClick={() => setOpened('rotate')}>
                Rotate
              </Button>
            )}
            {mayManage && (
              <Button foldsText icon="settings" onClick={() => setOpened('edit')}>
                Change
              </Button>
            )}
            {mayManage && type?.needsConsent && (
              <Button
                look={needsConsent ? 'primary' : 'plain'}
                icon="external"
                busy={connect.isPending}
                onClick={() => connect.mutate()}
              >
                {needsConsent ? 'Connect' : 'Connect again'}
              </Button>
            )}
            {mayRun && type?.test && !needsConsent && (
              <Button
                look="primary"
                icon="play"
                busy={test.isPending}
                title={type.test}
                onClick={() => test.mutate()}
              >
                Test
              </Button>
            )}
          </>
        }
      >
        <span className="wide-only">
          <StatusPill status={one.status} />
        </span>
      </Head>
      <Tabs
        label="Of the integration"
        tabs={TABS}
        value={tab}
        onChange={(next) => void go({ search: { tab: next as IntegrationTab }, replace: true })}
      >
        <div className={styles.page}>
          {tab === 'overview' && <Overview integration={one} type={type} isTesting={test.isPending} />}
          {tab === 'usage' && <UsageTab id={one.id} name={one.name} />}
          {tab === 'tests' && <TestsTab id={one.id} about={type?.test ?? null} />}
        </div>
      </Tabs>
      <Suspense>
        {opened === 'edit' && type && (
          <EditDialog integration={one} etag={etag} type={type} onClose={close} />
        )}
        {opened === 'rotate' && type && <RotateDialog integration={one} type={type} onClose={close} />}
        {opened === 'delete' && <DeleteDialog integration={one} etag={etag} onClose={close} />}
      </Suspense>
    </>
  )
}
