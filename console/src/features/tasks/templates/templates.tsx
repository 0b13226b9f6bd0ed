import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { asProblem } from '../../../api/problem.ts'
import { changedSearch } from '../../../ui/changed-search.ts'
import { count } from '../../../ui/format/time.ts'
import { Button } from '../../../ui/kit/button.tsx'
import { ConfirmButton } from '../../../ui/kit/confirm.tsx'
import { FilterBar, FilterChoice } from '../../../ui/kit/filter-bar.tsx'
import { More } from '../../../ui/kit/more.tsx'
import { Empty, Skeleton, useTitle } from '../../../ui/kit/page.tsx'
import { Chip, Tag } from '../../../ui/kit/tag.tsx'
import { PageProblem, useRights } from '../../shell/index.ts'
import { TasksFrame } from '../frame.tsx'
import { TYPES } from '../model/filter.ts'
import { typeName } from '../task-columns.tsx'
import styles from '../tasks.module.css'
import { type Source, type Template, useDeleteTemplate, useTemplates } from './queries.ts'

const UseDialog = lazy(() => import('./use-dialog.tsx').then(({ UseDialog }) => ({ default: UseDialog })))

const SOURCES: Record<Source, string> = {
  'built-in': 'Built in',
  team: 'Of the team',
  public: 'Of other teams',
}

/** Tasks to start from. */
export function Templates() {
  useTitle('Templates of tasks')
  const { source, type, use } = useSearch({ from: '/shell/tasks/templates' })
  const go = useNavigate({ from: '/tasks/templates' })
  const { mayRun } = useRights()
  const list = useTemplates({ ...(source && { source }), ...(type && { type }) })
  const items = list.data?.pages.flatMap((page) => page.items) ?? []
  const set = (change: {
    source?: Source | undefined
    type?: string | undefined
    use?: string | undefined
  }) =>
    void go({
      search: (old) => changedSearch<typeof old>(old, change),
      replace: true,
    })
  return (
    <TasksFrame note={<span className="faint num wide-only">{count(list.data?.pages[0]?.total ?? 0)}</span>}>
      <FilterBar
        end={
          <FilterChoice
            label="Type"
            value={type}
            onChange={(value) => set({ type: value === '' ? undefined : value })}
          >
            {TYPES.map((one) => (
              <option key={one} value={one}>
                {typeName(one)}
              </option>
            ))}
          </FilterChoice>
        }
      >
        <Chip pressed={!source} onClick={() => set({ source: undefined })}>
          All
        </Chip>
        {(Object.keys(SOURCES) as Source[]).map((one) => (
          <Chip
            key={one}
            pressed={source === one}
            onClick={() => set({ source: source === one ? undefined : one })}
          >
            {SOURCES[one]}
          </Chip>
        ))}
      </FilterBar>
      <div className={styles.scroll}>
        {list.isError ? (
          <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
        ) : list.isPending ? (
          <Skeleton rows={6} height={90} />
        ) : items.length === 0 ? (
          <Empty
            icon="layers"
            title="No template here"
            action={<Button onClick={() => set({ source: undefined, type: undefined })}>Show all</Button>}
          >
            A task with its parts becomes a template with “Keep as a template” on its page.
          </Empty>
        ) : (
          <ul className={styles.cards}>
            {items.map((one) => (
              <Card key={one.id} template={one} mayRun={mayRun} onUse={() => set({ use: one.id })} />
            ))}
          </ul>
        )}
        <More of={list} className={styles.page}>
          More
        </More>
      </div>
      {use && mayRun && (
        <Suspense>
          <UseDialog id={use} onClose={() => set({ use: undefined })} />
        </Suspense>
      )}
    </TasksFrame>
  )
}

type CardProps = { template: Template; mayRun: boolean; onUse: () => void }

function Card({ template: one, mayRun, onUse }: CardProps) {
  const remove = useDeleteTemplate()
  return (
    <li>
      <p className={styles.line}>
        <b>
          <bdi>{one.name}</bdi>
        </b>
        <Tag>{typeName(one.type)}</Tag>
        {one.source !== 'built-in' && <Tag>{SOURCES[one.source]}</Tag>}
      </p>
      <p className="dim">{one.description}</p>
      {mayRun && (
        <p className={styles.line}>
          <Button size="small" icon="plus" onClick={onUse}>
            Use it
          </Button>
          {one.source === 'team' && (
            <ConfirmButton
              size="small"
              look="quiet"
              icon="trash"
              question={`Delete the template ${one.name}?`}
              about="Tasks that were made of it stay."
              verb="Delete the template"
              onConfirm={() => remove.mutateAsync(one.id)}
            >
              Delete
            </ConfirmButton>
          )}
        </p>
      )}
    </li>
  )
}
