import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { asProblem } from '../../api/problem.ts'
import { changedSearch } from '../../ui/changed-search.ts'
import { count } from '../../ui/format/time.ts'
import { Button, buttonClass } from '../../ui/kit/button.tsx'
import { DataTable } from '../../ui/kit/data-table.tsx'
import { ActiveFilter, FilterBar, FilterChoice } from '../../ui/kit/filter-bar.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { SearchField } from '../../ui/kit/search-field.tsx'
import { Chip } from '../../ui/kit/tag.tsx'
import { loadNextPage } from '../../ui/paged-list.ts'
import { PageProblem, toAgent, toNewAgent, useRights } from '../shell/index.ts'
import { agentColumns } from './agent-columns.tsx'
import { BuiltInAgents } from './built-in.tsx'
import { TYPE_NAMES } from './model/words.ts'
import { type Agent, type AgentFilter, useAgents, useModels } from './queries.ts'
import { type AgentsSearch, readAgents } from './routes.ts'
import { AgentTemplates } from './templates.tsx'

const SHOWN = { team: 'Of the team', 'built-in': 'Built in', templates: 'Templates' } as const

export function Agents() {
  useTitle('Agents')
  const search = readAgents(useSearch({ from: '/shell/agents' }))
  const go = useNavigate({ from: '/agents' })
  const { mayRun } = useRights()
  const { show = 'team', q, tag, type, sort = '-updatedAt' } = search
  const filter = { sort, ...(q && { q }), ...(tag && { tag }), ...(type && { type }) } as AgentFilter
  const list = useAgents(filter)
  const total = list.data?.pages[0]?.total ?? 0
  const set = (change: Partial<AgentsSearch>) =>
    void go({
      search: (old) => changedSearch<AgentsSearch>(old, change),
      replace: true,
    })
  return (
    <>
      <Head
        title="Agents"
        end={
          <>
            {show !== 'built-in' && (
              <SearchField
                label="Search agents"
                placeholder={show === 'team' ? 'Name, description, instructions' : 'Name or description'}
                value={q ?? ''}
                onChange={(next) => set({ q: next })}
              />
            )}
            {mayRun && (
              <Link {...toNewAgent()} className={buttonClass({ look: 'primary' })}>
                New agent
              </Link>
            )}
          </>
        }
      >
        {list.isSuccess && <span className="faint num">{count(total)}</span>}
      </Head>
      <FilterBar
        end={
          show === 'team' && (
            <>
              {tag && <ActiveFilter onRemove={() => set({ tag: '' })}>{tag}</ActiveFilter>}
              <FilterChoice label="Type" value={type} onChange={(next) => set({ type: next })}>
                {Object.entries(TYPE_NAMES).map(([id, name]) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </FilterChoice>
            </>
          )
        }
      >
        {Object.entries(SHOWN).map(([id, name]) => (
          <Chip
            key={id}
            pressed={show === id}
            onClick={() => set({ show: id === 'team' ? undefined : (id as 'templates'), q: '' })}
          >
            {name}
          </Chip>
        ))}
      </FilterBar>
      {show === 'built-in' && <BuiltInAgents mayWrite={mayRun} />}
      {show === 'templates' && <AgentTemplates q={q} mayWrite={mayRun} />}
      {show === 'team' && (
        <TeamAgents
          list={list}
          total={total}
          isFiltered={Boolean(q || tag || type)}
          sort={sort}
          mayWrite={mayRun}
          onChange={set}
        />
      )}
    </>
  )
}

type ListProps = {
  list: ReturnType<typeof useAgents>
  total: number
  isFiltered: boolean
  sort: string
  mayWrite: boolean
  onChange: (change: Partial<AgentsSearch>) => void
}

function TeamAgents({ list, total, isFiltered, sort, mayWrite, onChange }: ListProps) {
  const go = useNavigate()
  const models = useModels().data
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data])
  const columns = useMemo(() => agentColumns(models ?? [], (tag) => onChange({ tag })), [models])
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={10} />
  if (rows.length === 0 && isFiltered)
    return (
      <Empty
        icon="filter"
        title="No matching agents"
        action={<Button onClick={() => onChange({ q: '', tag: '', type: '' })}>Show all</Button>}
      />
    )
  if (rows.length === 0)
    return (
      <Empty
        icon="agent"
        title="No agent of your own yet"
        action={
          mayWrite ? (
            <Link {...toNewAgent()} className={buttonClass({ look: 'primary' })}>
              New agent
            </Link>
          ) : undefined
        }
      >
        An agent is a model with instructions and tools. Its team can chat with it, and workflows and tasks
        can call it. The <b>built-in</b> ones can be used at once:{' '}
        <code className="mono">{`curl ${location.origin}/api/v1/agents/writer/execute -d '{"prompt":"…"}'`}</code>
      </Empty>
    )
  return (
    <DataTable<Agent>
      label="Agents"
      columns={columns}
      rows={rows}
      total={total}
      isOld={list.isPlaceholderData}
      nameOf={({ name }) => name}
      onOpen={({ id }) => void go(toAgent(id))}
      onEnd={() => loadNextPage(list)}
      sort={sort}
      onSort={(next) => onChange({ sort: next })}
    />
  )
}
