import { memo } from 'react'
import { count, duration, plural } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { Tag } from '../../../ui/kit/tag.tsx'
import { statusLabel } from '../../../ui/status.ts'
import type { Row } from '../model/rows.ts'
import type { Scale } from '../model/scale.ts'
import { Bars } from './bars.tsx'
import { Rules } from './rules.tsx'
import styles from './timeline.module.css'

type Props = {
  id: string
  row: Row
  index: number
  scale: Scale
  until: number
  isChosen: boolean
  onChoose: (path: string) => void
  onFold: (opens: string) => void
}

/** The row shows the same information as a card of the graph. */
export function describeRow({ step, look, tries, tag, failed, from, to }: Row, until: number): string {
  const parts = [step.type, statusLabel(look).toLowerCase()].filter(Boolean)
  if (tries.length > 1) parts.push(plural(tries.length, 'try', 'tries'))
  if (tag !== null) parts.push(tag.replace('× ', 'items ').replace('↻ ', 'rounds ').replace(' / ', ' of '))
  if (failed > 0) parts.push(`${failed} failed`)
  if (from !== null) parts.push(duration((to ?? until) - from))
  return parts.join(', ')
}

export const TimelineRow = memo(function TimelineRow(props: Props) {
  const { id, row, index, scale, until, isChosen, onChoose, onFold } = props
  const { step, label, depth, look, tag, failed, canOpen, isOpen } = row
  const indent = { paddingInlineStart: 10 + depth * 14 }
  if (row.more !== undefined)
    return (
      <div id={id} role="row" aria-rowindex={index + 1} aria-level={depth + 1} className={styles.row}>
        <div role="gridcell" className={styles.name} style={indent}>
          <button type="button" tabIndex={-1} className="link" onClick={() => onFold(row.opens)}>
            {count(row.more)} more
          </button>
        </div>
      </div>
    )
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the focus, and its keys
    <div
      id={id}
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 1}
      aria-level={depth + 1}
      aria-expanded={canOpen ? isOpen : undefined}
      aria-selected={isChosen}
      className={styles.row}
      data-status={look}
      data-chosen={isChosen}
      onClick={() => onChoose(row.path)}
    >
      <div role="gridcell" className={styles.name} style={indent}>
        {canOpen ? (
          <button
            type="button"
            tabIndex={-1}
            className={styles.twist}
            data-open={isOpen}
            aria-label={isOpen ? `Fold ${label}` : `Open ${label}`}
            onClick={(event) => {
              event.stopPropagation()
              onFold(row.opens)
            }}
          >
            <Icon name="chevron" size={10} />
          </button>
        ) : (
          <span className={styles.twist} />
        )}
        <Glyph status={look} size={13} />
        <span className="cut" dir="auto" title={step.type ? `${label} · ${step.type}` : label}>
          {label}
        </span>
        <span className="unseen">, {describeRow(row, until)}</span>
        <span className={styles.tags} aria-hidden="true">
          {tag !== null && <Tag title={failed > 0 ? `${count(failed)} failed` : undefined}>{tag}</Tag>}
          {failed > 0 && <span className={styles.failed}>{count(failed)} ✕</span>}
        </span>
      </div>
      <div role="gridcell" className={styles.track} aria-hidden="true">
        <Rules scale={scale} />
        <Bars row={row} scale={scale} until={until} />
      </div>
    </div>
  )
})
