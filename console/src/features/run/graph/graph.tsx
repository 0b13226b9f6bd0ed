import '@xyflow/react/dist/base.css'
import {
  Background,
  BackgroundVariant,
  Controls,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react'
import { useEffect, useMemo, useState } from 'react'
import type { Live } from '../model/live.ts'
import { stepOf } from '../model/path.ts'
import type { Outline } from '../model/steps.ts'
import styles from './graph.module.css'
import { layOut } from './graph-layout.ts'
import { NodeCard } from './node-card.tsx'
import { type Marks, useFlow } from './use-flow.ts'
import { Wire } from './wire.tsx'

const nodeTypes = { card: NodeCard }
const edgeTypes = { wire: Wire }
/** Above this number, only the visible part is drawn, and the view starts where something happens. */
const MANY = 200
const FIT = { padding: 0.06, maxZoom: 1 }
const NEAR = { maxZoom: 0.8 }

type Props = {
  outline: Outline
  /** Null for a workflow without a run. */
  live: Live | null
  chosen: string | null
  onChoose: (path: string | null) => void
  marks?: Marks
}

export function GraphView(props: Props) {
  return (
    <div className={styles.graph}>
      <ReactFlowProvider>
        <Graph {...props} />
      </ReactFlowProvider>
    </div>
  )
}

function Graph({ outline, live, chosen, onChoose, marks }: Props) {
  const [folds, setFolds] = useState<ReadonlySet<string>>(new Set())
  const open = useMemo(() => withParents(folds, outline, chosen), [folds, outline, chosen])
  const layout = useMemo(() => layOut(outline, open), [outline, open])
  const fold = useMemo(
    () => (key: string) =>
      setFolds((old) => {
        const next = new Set(old)
        if (!next.delete(key)) next.add(key)
        return next
      }),
    [],
  )
  const { nodes, edges } = useFlow(outline, layout, fold, { live, chosen, marks })
  const isLarge = nodes.length > MANY
  useChosenInView(chosen)
  const begin = isLarge ? beginOf(outline, live) : []
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      fitView
      fitViewOptions={begin.length > 0 ? { ...NEAR, nodes: begin } : FIT}
      minZoom={0.05}
      maxZoom={1.5}
      nodesDraggable={false}
      nodesConnectable={false}
      nodesFocusable={false}
      edgesFocusable={false}
      elevateNodesOnSelect={false}
      onlyRenderVisibleElements={isLarge}
      proOptions={{ hideAttribution: true }}
      onNodeClick={(_, node) => onChoose(node.id)}
      onPaneClick={() => onChoose(null)}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1} />
      <Controls showInteractive={false} />
    </ReactFlow>
  )
}

/** Opens the groups around the selection, so that it is visible. */
function withParents(
  folds: ReadonlySet<string>,
  { byKey }: Outline,
  chosen: string | null,
): ReadonlySet<string> {
  const open = new Set(folds)
  for (let at = chosen === null ? null : byKey.get(stepOf(chosen))?.parent; at; at = byKey.get(at)?.parent)
    open.add(at)
  return open.size === folds.size ? folds : open
}

const ACTIVE = ['running', 'retrying', 'waiting', 'unknown', 'failed'] as const

/** The initial view: the active part, or the first step. */
function beginOf({ steps }: Outline, live: Live | null): { id: string }[] {
  const busy = [...(live?.steps.values() ?? [])].find(({ counts }) =>
    ACTIVE.some((status) => (counts[status] ?? 0) > 0),
  )
  const begin = busy ?? steps[0]
  return begin === undefined ? [] : [{ id: stepOf(begin.key).split('.')[0]! }]
}

/** Scrolls to a card that was selected elsewhere, if it is not visible. */
function useChosenInView(chosen: string | null): void {
  const flow = useReactFlow()
  useEffect(() => {
    const node = chosen === null ? undefined : flow.getInternalNode(stepOf(chosen))
    const pane = document.querySelector('.react-flow')?.getBoundingClientRect()
    if (!node || !pane || pane.width === 0) return
    const { x, y } = node.internals.positionAbsolute
    const [width, height] = [node.width ?? 0, node.height ?? 0]
    const from = flow.flowToScreenPosition({ x, y })
    const to = flow.flowToScreenPosition({ x: x + width, y: y + height })
    const isSeen = from.x >= pane.left && from.y >= pane.top && to.x <= pane.right && to.y <= pane.bottom
    if (!isSeen)
      void flow.setCenter(x + width / 2, y + height / 2, {
        zoom: Math.max(0.6, flow.getZoom()),
        duration: 200,
      })
  }, [chosen, flow])
}
