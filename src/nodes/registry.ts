// All node types. To add one, create its file and add its line here.
import { nodeTypes } from '../engine/model/node-type.ts'
import { aiAgent } from './ai/agent.ts'
import { aiClassify, aiEmbed, aiExtract, aiGenerate } from './ai/generate.ts'
import { aiAsked } from './ai/inner/asked.ts'
import { aiFields, aiLabels, aiPrompt } from './ai/inner/begin.ts'
import { aiGate, aiRefuse, aiResult, aiTool, aiWay } from './ai/inner/call.ts'
import { aiTexts, aiVectors } from './ai/inner/embed.ts'
import { aiAnswer, aiEnd, aiLabel, aiObject } from './ai/inner/end.ts'
import { aiLadder } from './ai/inner/ladder.ts'
import { aiLimit } from './ai/inner/limit.ts'
import { aiModel } from './ai/inner/model.ts'
import { aiJoin, aiRecall } from './ai/inner/recall.ts'
import { aiLoad, aiSetup } from './ai/inner/setup.ts'
import { aiSummary } from './ai/inner/summary.ts'
import { aiItem } from './ai/item.ts'
import { aiThread } from './ai/thread.ts'
import { COST_STEPS } from './costs/steps.ts'
import { dataAggregate } from './data/aggregate.ts'
import { dataDedupe } from './data/dedupe.ts'
import { dataFilter } from './data/filter.ts'
import { dataMap } from './data/map.ts'
import { dataMerge } from './data/merge.ts'
import { dataSet } from './data/set.ts'
import { dataSort } from './data/sort.ts'
import { dataSplit } from './data/split.ts'
import { deploySite } from './deploy/site.ts'
import { DEPLOY_STEPS } from './deploy/steps.ts'
import { dataProfile } from './documents/data-profile.ts'
import { DOCUMENT_NODES } from './documents/index.ts'
import { fileDelete } from './file/delete.ts'
import { fileList } from './file/list.ts'
import { fileRead } from './file/read.ts'
import { fileWrite } from './file/write.ts'
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
import { notifyUser } from './notify/user.ts'
import { notifyWebhook } from './notify/webhook.ts'
import { storeGet } from './store/get.ts'
import { storeIncrement } from './store/increment.ts'
import { storeSet } from './store/set.ts'
import { TASKS_STEPS } from './tasks/steps.ts'

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
  notifyUser,
  notifyEmail,
  notifyWebhook,
  storeGet,
  storeSet,
  storeIncrement,
  fileRead,
  fileWrite,
  fileList,
  fileDelete,
  dataProfile,
  ...DOCUMENT_NODES,
  aiGenerate,
  aiExtract,
  aiClassify,
  aiEmbed,
  aiAgent,
  deploySite,
]

/** Only used in built-in definitions, such as the bodies that node types supply. */
export const INNER_NODES: readonly NodeType[] = [
  aiPrompt,
  aiFields,
  aiLabels,
  aiTexts,
  aiSetup,
  aiLoad,
  aiLadder,
  aiThread,
  aiAsked,
  aiItem,
  aiJoin,
  aiRecall,
  aiSummary,
  aiModel,
  aiVectors,
  aiGate,
  aiWay,
  aiTool,
  aiResult,
  aiRefuse,
  aiLimit,
  aiAnswer,
  aiObject,
  aiLabel,
  aiEnd,
  ...COST_STEPS,
  ...DEPLOY_STEPS,
  ...TASKS_STEPS,
]

const byType = new Map([...NODES, ...INNER_NODES].map((node) => [node.type, node]))

export const nodeOf = (type: string): NodeType | undefined => byType.get(type)

/** The same node types for the engine. */
export const NODE_TYPES = nodeTypes([...NODES, ...INNER_NODES])
