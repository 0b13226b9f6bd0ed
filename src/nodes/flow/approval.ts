import * as z from 'zod'
import { DAY_MS } from '../../core/clock.ts'
import type { Json } from '../../core/json.ts'
import { checkSchema } from '../../engine/json-schema/compile.ts'
import type { OnDue } from '../../engine/model/event.ts'
import type { ParamFault } from '../../engine/model/node-type.ts'
import { isFixed } from '../fixed.ts'
import { type Decision, NodeFailure, type NodeResult, pureNode } from '../node.ts'

/** Any other text is a typing error, and the node would wait forever. */
const ASSIGNEE = /^(usr_[0-9a-z_]+|[^\s@]+@[^\s@]+)$/i

/** The decisions that a mock's output can have. */
const PORT_OF: Readonly<Record<string, string>> = {
  approve: 'approved',
  approved: 'approved',
  reject: 'rejected',
  rejected: 'rejected',
  timeout: 'timeout',
}

type OnTimeout = 'approve' | 'reject' | 'fail' | 'route'

export const flowApproval = pureNode({
  type: 'flow.approval',
  category: 'flow',
  summary: 'Asks people for a decision and waits for it.',
  params: z.strictObject({
    title: z.string().min(1).max(500).describe('The question, in one line.'),
    message: z.string().max(20_000).optional().describe('The information that people need for the decision.'),
    form: z.record(z.string(), z.unknown()).optional().describe('The JSON Schema of the data in an answer.'),
    assignees: z
      .array(z.string().max(200).regex(ASSIGNEE, 'must be the id of a user or an email address'))
      .max(100)
      .optional()
      .describe(
        'Ids or email addresses of the members who may answer. Default: everybody in the team who may run workflows. Up to 100 of them get an email with a link, and reminders after half of the time, at most daily. Entries that are not members of the team appear in `unknownAssignees` of the approval.',
      ),
    quorum: z
      .number()
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('How many people must approve. Default: 1. A single rejection decides.'),
    allowSelf: z
      .boolean()
      .optional()
      .describe(
        'Whether the person who started the run, sent its event or created its webhook may answer. Default: false. If nobody else in the team may run workflows, that person may always answer, and the answer is marked.',
      ),
    timeoutMs: z
      .number()
      .int()
      .min(1)
      .max(366 * DAY_MS)
      .optional()
      .describe('How long to wait. Default: no limit.'),
    onTimeout: z
      .enum(['approve', 'reject', 'fail', 'route'])
      .optional()
      .describe(
        '`approve` and `reject` continue as if this was the decision. `route` continues at the port `timeout`. `fail` fails the node. Default: `route` if the port `timeout` has an edge, otherwise `fail`.',
      ),
  }),
  output:
    '`{ decision, by, comment, data, decisions }`: `decision` is `approved`, `rejected` or `timeout`; `by`, `comment` and `data` come from the deciding answer and are null after a timeout; `decisions` has all answers.',
  example: { title: 'Approve {{ input.orderId }}?', timeoutMs: 86_400_000, onTimeout: 'reject' },
  mockPort: (output) => PORT_OF[String((output as { decision?: unknown } | null)?.decision)],
  ports: () => ['approved', 'rejected', 'timeout'],
  needsCredential: false,
  mayWait: true,
  effectful: false,
  check: ({ form, assignees, quorum }) => {
    const faults: ParamFault[] = []
    if (typeof form === 'object' && isFixed(form))
      for (const { path, message } of checkSchema(form))
        faults.push({ at: ['form', ...path.split('/').slice(1)], message })
    if (Array.isArray(assignees) && isFixed(assignees) && typeof quorum === 'number') {
      const many = new Set(assignees).size
      if (many > 0 && quorum > many)
        faults.push({ at: ['quorum'], message: `${quorum} must approve but only ${many} may answer` })
    }
    return faults
  },
  compute: ({ params, nowMs, hasEdge }) => {
    const { title, message, form, timeoutMs, quorum = 1, allowSelf = false } = params
    const assignees = [...new Set(params.assignees ?? [])]
    if (assignees.length > 0 && quorum > assignees.length)
      throw bad(`quorum: ${quorum} must approve but only ${assignees.length} may answer`)
    const [problem] = form === undefined ? [] : checkSchema(form)
    if (problem) throw bad(`form${problem.path}: ${problem.message}`)
    const onTimeout = params.onTimeout ?? (hasEdge('timeout') ? 'route' : 'fail')
    return {
      wait: {
        kind: 'approval',
        ...(timeoutMs === undefined ? {} : { until: nowMs + timeoutMs, onDue: dueOf(onTimeout, timeoutMs) }),
      },
      detail: {
        title,
        message: message ?? '',
        form: (form ?? null) as Json,
        assignees,
        quorum,
        allowSelf,
      },
    }
  },
  onDecision: (detail, decisions) => {
    const rejection = decisions.find(({ decision }) => decision === 'reject')
    if (rejection) return settled('rejected', rejection, decisions)
    const { quorum } = detail as { quorum: number }
    const last = decisions.at(-1)
    return last === undefined || decisions.length < quorum ? null : settled('approved', last, decisions)
  },
})

const settled = (
  port: 'approved' | 'rejected',
  { by, comment, data }: Decision,
  decisions: readonly Decision[],
): NodeResult => ({ port, output: { decision: port, by, comment, data, decisions } })

function dueOf(onTimeout: OnTimeout, timeoutMs: number): OnDue {
  if (onTimeout === 'fail')
    return {
      error: {
        code: 'approval.timeout',
        message: `There was no decision within ${timeoutMs} ms`,
        retryable: false,
      },
    }
  const port = onTimeout === 'approve' ? 'approved' : onTimeout === 'reject' ? 'rejected' : 'timeout'
  return { port, output: { decision: port, by: null, comment: null, data: null, decisions: [] } }
}

const bad = (message: string): NodeFailure =>
  new NodeFailure({ code: 'params.invalid', message, retryable: false })
