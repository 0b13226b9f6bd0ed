import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { RunStrip } from '../../ui/chart/run-strip.tsx'
import { count } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { Chip, Tag } from '../../ui/kit/tag.tsx'
import { PageProblem, toImport, toWorkflow, useRights } from '../shell/index.ts'
import { useWorkflows, type WorkflowSummary } from './queries.ts'
import { Templates } from './templates.tsx'
import styles from './workflows.module.css'

export function Workflows() {
  useTitle('Workflows')
  const search = useSearch({ from: '/shell/workflows' })
  const { templates, ...filter } = search
  const go = useNavigate({ from: '/workflows' })
  const list = useWorkflows({
    ...(filter.q && { q: filter.q }),
    ...(filter.tag && { tag: filter.tag }),
    ...(filter.folder && { folder: filter.folder }),
  })
  const { mayRun } = useRights()
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const total = list.data?.pages[0]?.total ?? 0
  const tags = [...new Set(items.flatMap((one) => one.tags))].sort()
  const set = (change: Partial<typeof search>) =>
    void go({
      search: (old) => changedSearch<typeof search>(old, change),
      replace: true,
    })
  const isFiltered = Boolean(filter.q || filter.tag || filter.folder)
  return (
    <>
      <Head
        title="Workflows"
        end={
          <>
            <SearchField
              label="Search workflows"
              placeholder="Name or description"
              value={filter.q ?? ''}
              onChange={(q) => set({ q })}
            />
            {mayRun && (
              <Link {...toImport()} className={buttonClass()}>
                Import
              </Link>
            )}
          </>
        }
      >
        {list.isSuccess && <span className="faint num">{count(total)}</span>}
      </Head>
      {(tags.length > 0 || isFiltered) && (
        <div className={styles.filters} role="toolbar" aria-label="Filters">
          <Chip pressed={!filter.tag && !filter.folder} onClick={() => set({ tag: '', folder: '' })}>
            All
          </Chip>
          {filter.folder && (
            <Chip pressed onClick={() => set({ folder: '' })}>
              {filter.folder} <Icon name="close" size={10} />
            </Chip>
          )}
          {tags.map((tag) => (
            <Chip
              key={tag}
              pressed={filter.tag === tag}
              onClick={() => set({ tag: filter.tag === tag ? '' : tag })}
            >
              {tag}
            </Chip>
          ))}
        </div>
      )}
      <div className={styles.page}>
        {templates && <Templates />}
        {list.isError ? (
          <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={8} height={58} />
        ) : items.length === 0 && isFiltered ? (
          <Empty
            icon="filter"
            title="No matching workflows"
            action={<Button onClick={() => set({ q: '', tag: '', folder: '' })}>Show all</Button>}
          />
        ) : (
          <>
            <ul className={styles.rows}>
              {items.map((one) => (
                <Row key={one.id} workflow={one} onFolder={(folder) => set({ folder })} />
              ))}
            </ul>
            <More of={list} className={styles.more}>
              More
            </More>
            {!templates && mayRun && <Templates />}
          </>
        )}
      </div>
    </>
  )
}

function Row({ workflow: one, onFolder }: { workflow: WorkflowSummary; onFolder: (folder: string) => void }) {
  const recent = one.recent ?? []
  const kinds = [...new Set(one.triggers.map((trigger) => trigger.type))]
  return (
    <li className={styles.row}>
      <Link {...toWorkflow(one.id)} className={styles.name}>
        <b className="cut">
          <bdi>{one.name}</bdi>
        </b>
        <small className="cut">
          {one.description || `${kinds.join(', ') || 'By hand'} · version ${one.version}`}
        </small>
      </Link>
      <span className={styles.tags}>
        {!one.active && <Tag title="Its triggers do not start runs">Off</Tag>}
        {one.hasDraft && <Tag>Draft</Tag>}
        {one.folder && (
          <button type="button" onClick={() => onFolder(one.folder)}>
            <Tag>{one.folder}</Tag>
          </button>
        )}
      </span>
      <RunStrip runs={recent} />
      <span className={styles.when}>{recent[0] ? <Ago at={recent[0].createdAt} /> : 'never run'}</span>
    </li>
  )
}
