import { Ago } from '../../ui/format/time-text.tsx'
import type { Column } from '../../ui/kit/data-table.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import styles from './agents.module.css'
import { firstModel, isOffline, modelsText, OFFLINE_NOTE } from './model/words.ts'
import type { Agent, AvailableModel } from './queries.ts'

export const agentColumns = (
  models: readonly AvailableModel[],
  onTag: (tag: string) => void,
): Column<Agent>[] => [
  {
    name: 'Name',
    width: 'minmax(140px, 240px)',
    phone: 'title',
    sort: 'name',
    cell: ({ name }) => <bdi className={styles.name}>{name}</bdi>,
  },
  {
    name: 'Description',
    width: 'minmax(0, 1fr)',
    phone: 'detail',
    cell: ({ description, instructions }) => (
      <span className="dim" title={description || undefined}>
        <bdi>{description || instructions.slice(0, 200)}</bdi>
      </span>
    ),
  },
  {
    name: 'Model',
    width: '180px',
    medium: '150px',
    cell: (agent) => (
      <span
        className="dim"
        title={isOffline(firstModel(agent, models)) ? OFFLINE_NOTE : modelsText(agent, models)}
      >
        {modelsText(agent, models)}
      </span>
    ),
  },
  {
    name: 'Tools',
    width: '56px',
    align: 'end',
    cell: ({ tools }) => (
      <span className="num" title={tools.map((tool) => tool.name).join(', ') || undefined}>
        {tools.filter(({ policy }) => policy !== 'deny').length}
      </span>
    ),
  },
  {
    name: 'Tags',
    width: '160px',
    medium: null,
    cell: ({ tags }) => (
      <span className={styles.tags}>
        {tags.map((tag) => (
          <button
            key={tag}
            type="button"
            tabIndex={-1}
            title={`Only agents with the tag ${tag}`}
            onClick={(event) => {
              event.stopPropagation()
              onTag(tag)
            }}
          >
            <Tag>{tag}</Tag>
          </button>
        ))}
      </span>
    ),
  },
  {
    name: 'Changed',
    width: '92px',
    align: 'end',
    phone: 'end',
    sort: '-updatedAt',
    cell: ({ updatedAt }) => (
      <span className="faint">
        <Ago at={updatedAt} />
      </span>
    ),
  },
]
