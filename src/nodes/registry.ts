// Every node type that there is. Adding one is its file and its line here.
import { nodeTypes } from '../engine/node-type.ts'
import { dataAggregate } from './data/aggregate.ts'
import { dataDedupe } from './data/dedupe.ts'
import { dataFilter } from './data/filter.ts'
import { dataMap } from './data/map.ts'
import { dataMerge } from './data/merge.ts'
import { dataSet } from './data/set.ts'
import { dataSort } from './data/sort.ts'
import { dataSplit } from './data/split.ts'
import { flowApproval } from './flow/approval.ts'
import { flowFail } from './flow/fail.ts'
import { flowGroup } from './flow/group.ts'
import { flowIf } from './flow/if.ts'
import { flowMerge } from './flow/merge.ts'
import { flowNoop } from './flow/noop.ts'
import { flowRespond } from './flow/respond.ts'
import { flowSwitch } from './flow/switch.ts'
import { flowWait } from './flow/wait.ts'
import { flowWaitForEvent } from './flow/wait-for-event.ts'
import { flowWorkflow } from './flow/workflow.ts'
import { httpRequest } from './http/request.ts'
import type { NodeType } from './node.ts'
import { notifyEmail } from './notify/email.ts'
import { storeGet } from './store/get.ts'
import { storeIncrement } from './store/increment.ts'
import { storeSet } from './store/set.ts'

export const NODES: readonly NodeType[] = [
  httpRequest,
  dataSet,
  dataFilter,
  dataMap,
  dataSort,
  dataAggregate,
  dataDedupe,
  dataSplit,
  dataMerge,
  flowIf,
  flowSwitch,
  flowMerge,
  flowGroup,
  flowWait,
  flowWaitForEvent,
  flowApproval,
  flowWorkflow,
  flowRespond,
  flowFail,
  flowNoop,
  notifyEmail,
  storeGet,
  storeSet,
  storeIncrement,
]

const byType = new Map(NODES.map((node) => [node.type, node]))

export const nodeOf = (type: string): NodeType | undefined => byType.get(type)

/** The same as the engine sees it. */
export const NODE_TYPES = nodeTypes(NODES)
