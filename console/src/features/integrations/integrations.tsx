import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Glyph } from '../../ui/glyph.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { useRowKeys } from '../../ui/use-row-keys.ts'
import { PageProblem, toIntegration, toNewIntegration, useRights } from '../shell/index.ts'
import styles from './integrations.module.css'
import { type IntegrationFilter, readIntegrationFilter, STATUSES } from './model/filter.ts'
import { iconOf } from './model/types.ts'
import { type Integration, useIntegrations, useTypes } from './queries.ts'
import { StatusText, signOf } from './status.tsx'

export function Integrations() {
  useTitle('Integrations')
  const filter = readIntegrationFilter(useSearch({ from: '/shell/integrations' }))
  const go = useNavigate({ from: '/integrations' })
  const list = useIntegrations(filter)
  const types = useTypes().data ?? []
  const { mayManage } = useRights()
  const rows = useRowKeys()
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  const isFiltered = Boolean(filter.q || filter.type || filter.status)
  const set = (change: { [Key in keyof IntegrationFilter]: IntegrationFilter[Key] | undefined }) =>
    void go({
      search: (old) => changedSearch<typeof old>(old, change),
      replace: true,
    })
  const nameOf = (type: string) => types.find((one) => one.type === type)?.name ?? type
  return (
    <>
      <Head
        title="Integrations"
        end={
          <>
            <SearchField
              label="Search integrations"
              placeholder="Name or description"
              value={filter.q ?? ''}
              onChange={(q) => set({ q })}
            />
            {mayManage && (
              <Link {...toNewIntegration()} className={buttonClass({ look: 'primary' })}>
                Add
              </Link>
            )}
          </>
        }
      >
        {list.isSuccess && <span className="faint num">{count(total)}</span>}
      </Head>
      <FilterBar
        end={
          <FilterChoice
            label="Any type"
            value={filter.type}
            onChange={(type) => set({ type: type || undefined })}
          >
            {types.map((one) => (
              <option key={one.type} value={one.type}>
                {one.name}
              </option>
            ))}
          </FilterChoice>
        }
      >
        <Chip pressed={!filter.status} onClick={() => set({ status: undefined })}>
          All
        </Chip>
        {STATUSES.map((status) => (
          <Chip
            key={status}
            pressed={filter.status === status}
            onClick={() => set({ status: filter.status === status ? undefined : status })}
          >
            <Glyph status={signOf(status).shown} size={12} />
            {signOf(status).label}
          </Chip>
        ))}
      </FilterBar>
      <div className={styles.page}>
        {list.isError ? (
          <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={8} height={58} />
        ) : items.length === 0 ? (
          <None
            isFiltered={isFiltered}
            onAll={() => set({ q: undefined, type: undefined, status: undefined })}
          />
        ) : (
          <ul ref={rows} aria-label="Integrations">
            {items.map((one) => (
              <Row key={one.id} integration={one} typeName={nameOf(one.type)} />
            ))}
          </ul>
        )}
        <More of={list} className={styles.more}>
          More
        </More>
      </div>
    </>
  )
}

function Row({ integration: one, typeName }: { integration: Integration; typeName: string }) {
  return (
    <li data-row>
      <Link {...toIntegration(one.id)} className={styles.row}>
        <span className={styles.icon}>
          <Icon name={iconOf(one.type)} size={16} />
        </span>
        <span className={styles.name}>
          <b className="cut">
            <bdi>{one.name}</bdi>
          </b>
          <small className="cut">
            {one.description === '' ? typeName : `${typeName} · ${one.description}`}
          </small>
        </span>
        <span className={`${styles.hosts} mono cut`} title={one.allowedHosts.join(', ')}>
          {one.allowedHosts.join(', ')}
        </span>
        <StatusText status={one.status} />
        <span className={styles.when}>
          {one.lastUsedAt === null ? (
            'never used'
          ) : (
            <>
              used <Ago at={one.lastUsedAt} />
            </>
          )}
        </span>
      </Link>
    </li>
  )
}

function None({ isFiltered, onAll }: { isFiltered: boolean; onAll: () => void }) {
  const { mayManage } = useRights()
  if (isFiltered)
    return (
      <Empty
        icon="filter"
        title="No matching integrations"
        action={<Button onClick={onAll}>Show all</Button>}
      />
    )
  return (
    <Empty
      icon="plug"
      title="No integrations yet"
      action={
        mayManage && (
          <>
            <Link {...toNewIntegration()} className={buttonClass({ look: 'primary' })}>
              Add the first one
            </Link>
            <p className={`${styles.curl} mono`}>
              <span className="cut">{CURL}</span> <CopyButton label="Copy as curl" text={CURL} />
            </p>
          </>
        )
      }
    >
      An integration connects the team to a service. Workflows name it and never see its secrets.
      {!mayManage && ' Admins of the team add them.'}
    </Empty>
  )
}

const CURL = `curl ${location.origin}/api/v1/users/integrations/types -H "x-api-key: $KEY"`
