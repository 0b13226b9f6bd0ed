import { Handle, type Node, type NodeProps, Position } from '@xyflow/react'
import { memo } from 'react'
import { count, duration } from '../../../ui/format/time.ts'
import { Glyph } from '../../../ui/glyph.tsx'
import { Icon } from '../../../ui/icon.tsx'
import { statusLabel, toneOf } from '../../../ui/status.ts'
import type { Look } from '../model/look.ts'
import { tagOf } from '../model/rows.ts'
import type { StepDef } from '../model/steps.ts'
import { NodeIcon } from '../node-icon.tsx'
import { useNow } from '../run-view.ts'
import styles from './graph.module.css'

export type Card = {
  /** Null for a workflow without a run. */
  look: Look | null
  tries: number
  places: number
  from: number | null
  to: number | null
  failed: number
  items: { count: number; done: number; failed: number } | null
  /** The difference, in a comparison. */
  mark: string | null
  /** Its appearance in the other run of a comparison. */
  other: Look | null
}
export type CardData = {
  step: StepDef
  card: Card
  isChosen: boolean
  isFrame: boolean
  ports: string[]
  onFold: ((key: string) => void) | null
}

/** Handles are in the middle part of the lower edge. */
const leftOf = (at: number, of: number): string => `${of === 1 ? 50 : 24 + (52 * at) / (of - 1)}%`

export const NodeCard = memo(function NodeCard({ data }: NodeProps<Node<CardData>>) {
  const { step, card, isChosen, isFrame, ports, onFold } = data
  const { look } = card
  const badge = badgeOf(step, card)
  return (
    <div
      className={isFrame ? styles.frame : styles.card}
      data-tone={look === null ? undefined : toneOf(look)}
      data-status={look ?? 'plain'}
      data-mark={card.mark ?? undefined}
      data-chosen={isChosen}
      data-each={step.hasEach}
      title={step.name}
    >
      <Handle type="target" position={Position.Top} isConnectable={false} />
      {ports.map((port, at) => (
        <Handle
          key={port}
          id={port}
          type="source"
          position={Position.Bottom}
          isConnectable={false}
          style={{ left: leftOf(at, ports.length) }}
        />
      ))}
      <div className={styles.face}>
        <NodeIcon type={step.type} />
        <b dir="auto">{step.name}</b>
        <span className={styles.signs}>
          {card.other !== null && <Glyph status={card.other} />}
          {look !== null && <Glyph status={look} />}
        </span>
        <small className="mono">{step.type}</small>
        <small className="num">
          <CardTime from={card.from} to={card.to} />
        </small>
      </div>
      {look !== null && <span className="unseen">{statusLabel(look)}</span>}
      {badge !== null && <span className={styles.badge}>{badge}</span>}
      {onFold !== null && (
        <button
          type="button"
          className={`${styles.fold} nodrag`}
          aria-expanded={isFrame}
          aria-label={isFrame ? `Fold ${step.name}` : `Open ${step.name}`}
          onClick={(event) => {
            event.stopPropagation()
            onFold(step.key)
          }}
        >
          <Icon name={isFrame ? 'minus' : 'plus'} size={11} />
        </button>
      )}
    </div>
  )
})

function CardTime({ from, to }: { from: number | null; to: number | null }) {
  const now = useNow(from !== null && to === null)
  return from === null ? null : duration(Math.max(0, (to ?? now) - from))
}

function badgeOf({ node, isGroup }: StepDef, { items, tries, places }: Card): string | null {
  if (items !== null) return tagOf(items)
  if (places > 1) return `× ${count(places)}`
  if (tries > 1 && !isGroup) return `${tries}${node.retry ? ` of ${node.retry.attempts}` : ''} tries`
  return null
}
