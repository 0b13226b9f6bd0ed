// Every node type that there is. Adding one is its file and its line here.
import { nodeTypes } from '../engine/node-type.ts'
import { dataSet } from './data/set.ts'
import { flowIf } from './flow/if.ts'
import { flowNoop } from './flow/noop.ts'
import type { NodeType } from './node.ts'

export const NODES: readonly NodeType[] = [dataSet, flowIf, flowNoop]

const byType = new Map(NODES.map((node) => [node.type, node]))

export const nodeOf = (type: string): NodeType | undefined => byType.get(type)

/** The same as the engine sees it. */
export const NODE_TYPES = nodeTypes(NODES)
