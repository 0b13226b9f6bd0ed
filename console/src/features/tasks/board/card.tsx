import { Link } from '@tanstack/react-router'
import { plural } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Tag } from '../../../ui/kit/tag.tsx'
import { shownTaskStatus, statusLabel } from '../../../ui/status.ts'
import { toTask } from '../../shell/index.ts'
import { AssigneeName } from '../assignee.tsx'
import { movesOf } from '../model/groups.ts'
import { VERB_NAMES, type Verb } from '../model/verbs.ts'
import type { TaskRow } from '../queries.ts'
import { Due, Note } from '../task-columns.tsx'
import styles from './board.module.css'

type Props = {
  row: TaskRow
  onDrag: ((row: TaskRow | null) => void) | null
  onMove: (row: TaskRow, verb: Verb) => void
}

/** A card can be dragged, or moved with its list of moves, which also works by keyboard and touch. */
export function Card({ row, onDrag, onMove }: Props) {
  const status = shownTaskStatus(row)
  const moves = onDrag === null ? [] : movesOf(row.status)
  return (
    <li
      className={styles.card}
      draggable={moves.length > 0}
      onDragStart={(event) => {
        event.dataTransfer.setData('text/plain', row.title)
        event.dataTransfer.effectAllowed = 'move'
        onDrag?.(row)
      }}
      onDragEnd={() => onDrag?.(null)}
    >
      <div className={styles.name}>
        <Link {...toTask(row.id)} data-row draggable={false}>
          <Glyph status={status} progress={row.progress} />
          <span className="unseen">{statusLabel(status)}</span>
          <bdi>{row.title}</bdi>
        </Link>
        {moves.length > 0 && (
          <span className={styles.move}>
            <Icon name="dots" size={14} />
            <select
              aria-label={`Move ${row.title}`}
              title="Move"
              value=""
              onChange={(event) => onMove(row, event.target.value as Verb)}
            >
              <option value="" disabled>
                Move…
              </option>
              {moves.map(({ group, verb }) => (
                <option key={verb} value={verb}>
                  {VERB_NAMES[verb]}: to {group.name}
                </option>
              ))}
            </select>
          </span>
        )}
      </div>
      {(row.error || row.reason) && (
        <p className={styles.why}>
          <Note row={row} />
        </p>
      )}
      <p className={styles.facts}>
        {row.priority >= 7 && <Tag title={`Priority ${row.priority}`}>High</Tag>}
        {row.tags.map((tag) => (
          <Tag key={tag}>{tag}</Tag>
        ))}
        {row.children > 0 && <span className="faint">{plural(row.children, 'part')}</span>}
        <Due row={row} />
        <AssigneeName assignee={row.assignee} />
      </p>
    </li>
  )
}
