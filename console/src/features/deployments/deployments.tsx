import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count } from '../../ui/format/time.ts'
import { Glyph } from '../../ui/glyph.tsx'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { DataTable } from '../../ui/kit/data-table.tsx'
import { ActiveFilter, FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { LiveDot, PageProblem, toDeployment, toNewDeployment, useRights } from '../shell/index.ts'
import { columnsFor } from './columns.tsx'
import styles from './deployments.module.css'
import { signOf } from './model/deployment.ts'
import { type DeploymentFilter, ENVIRONMENTS, readDeploymentFilter, STATES } from './model/filter.ts'
import { useDeployments, useIntegrationName, usePlatforms } from './queries.ts'
import { useLiveDeployments } from './use-live-deployments.ts'

const STATE_NAMES = { active: 'Active', ready: 'Ready', failed: 'Failed', cancelled: 'Cancelled' }

export function Deployments() {
  useTitle('Deployments')
  const filter = readDeploymentFilter(useSearch({ from: '/shell/deployments' }))
  const go = useNavigate({ from: '/deployments' })
  const list = useDeployments(filter)
  const platforms = usePlatforms().data
  const { mayRun } = useRights()
  const loaded = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const rows = useLiveDeployments(loaded)
  const total = list.data?.pages[0]?.total ?? 0
  const columns = useMemo(() => columnsFor(platforms ?? []), [platforms])
  const set = (change: { [Key in keyof DeploymentFilter]: DeploymentFilter[Key] | undefined }) =>
    void go({
      search: (old) => changedSearch<typeof old>(old, change),
      replace: true,
    })
  return (
    <>
      <Head
        title="Deployments"
        end={
          mayRun && (
            <Link {...toNewDeployment()} className={buttonClass({ look: 'primary' })}>
              Deploy
            </Link>
          )
        }
      >
        {list.isSuccess && <span className="faint num">{count(total)}</span>}
        <LiveDot />
      </Head>
      <FilterBar
        end={
          <>
            <FilterChoice
              label="Any platform"
              value={filter.platform}
              onChange={(platform) =>
                set({ platform: (platform || undefined) as DeploymentFilter['platform'] })
              }
            >
              {platforms?.map((one) => (
                <option key={one.platform} value={one.platform}>
                  {one.name}
                </option>
              ))}
            </FilterChoice>
            <FilterChoice
              label="Any environment"
              value={filter.environment}
              onChange={(environment) =>
                set({ environment: (environment || undefined) as DeploymentFilter['environment'] })
              }
            >
              {ENVIRONMENTS.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </FilterChoice>
          </>
        }
      >
        <Chip pressed={!filter.state} onClick={() => set({ state: undefined })}>
          All
        </Chip>
        {STATES.map((state) => (
          <Chip
            key={state}
            pressed={filter.state === state}
            onClick={() => set({ state: filter.state === state ? undefined : state })}
          >
            <Glyph status={state === 'active' ? 'running' : signOf(state).shown} size={12} />
            {STATE_NAMES[state]}
          </Chip>
        ))}
        {filter.project && (
          <ActiveFilter onRemove={() => set({ project: undefined })}>{filter.project}</ActiveFilter>
        )}
        {filter.integration && (
          <ActiveFilter onRemove={() => set({ integration: undefined })}>
            <IntegrationName id={filter.integration} />
          </ActiveFilter>
        )}
      </FilterBar>
      {list.isError ? (
        <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Skeleton rows={12} />
      ) : rows.length === 0 ? (
        <None
          isFiltered={Object.keys(filter).some((key) => key !== 'team')}
          onAll={() => void go({ search: {} })}
        />
      ) : (
        <DataTable
          label="Deployments"
          columns={columns}
          rows={rows}
          total={total}
          isOld={list.isPlaceholderData}
          nameOf={(one) => `${one.project} ${signOf(one.status).label}`}
          onOpen={(one) => void go(toDeployment(one.id))}
          onEnd={() => loadNextPage(list)}
        />
      )}
    </>
  )
}

const IntegrationName = ({ id }: { id: string }) => <>{useIntegrationName(id).data ?? id}</>

function None({ isFiltered, onAll }: { isFiltered: boolean; onAll: () => void }) {
  const { mayRun } = useRights()
  if (isFiltered)
    return (
      <Empty
        icon="filter"
        title="No matching deployments"
        action={<Button onClick={onAll}>Show all</Button>}
      />
    )
  return (
    <Empty
      icon="layers"
      title="No deployments yet"
      action={
        mayRun && (
          <>
            <Link {...toNewDeployment()} className={buttonClass({ look: 'primary' })}>
              Deploy a site
            </Link>
            <p className={`${styles.curl} mono`}>
              <span className="cut">{CURL}</span> <CopyButton label="Copy as curl" text={CURL} />
            </p>
          </>
        )
      }
    >
      A deployment publishes files of the team as a site: on Vercel, Netlify, GitHub Pages or in a bucket.
    </Empty>
  )
}

const CURL = `curl ${location.origin}/api/v1/deployments/plan -H "x-api-key: $KEY" -H "content-type: application/json" -d '{ "platform": "aws-s3", "integrationId": "Site bucket", "project": "/", "source": { "prefix": "site/" } }'`
