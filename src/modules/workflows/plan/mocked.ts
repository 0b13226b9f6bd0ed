// A node whose outcome the caller of a dry run supplies.
import type { PlanNode } from '../../../engine/model/plan.ts'
import { type Mock, mockError, mockResult } from '../../../nodes/mock.ts'
import type { NodeType } from '../../../nodes/node.ts'
import type { PlannedNode } from '../schema/plan.ts'
import type { World } from './known.ts'
import { failed, planEach, withOutput } from './planned.ts'

export function mocked(
  world: World,
  node: PlanNode,
  type: NodeType | undefined,
  base: PlannedNode,
  mock: Mock,
  work: () => PlannedNode,
): PlannedNode {
  const reason = 'Mocked'
  if (node.each !== null) return mockedItems(planEach(world, node, { ...base, port: 'main' }), node, mock)
  let computed: PlannedNode | undefined
  const result = mockResult(type, node.node, mock, () => {
    computed = work()
    return { output: null, ...(computed.port === null ? {} : { port: computed.port }) }
  })
  if ('error' in result) return { ...failed(base, node, result.error), reason }
  // A node whose port depends on its parameters keeps that result, even if they fail or are unknown.
  if (computed?.error) return computed
  const known = withOutput(computed ?? base, { value: mock.output ?? null })
  if (computed?.port === null) return known
  return { ...known, port: ('port' in result ? result.port : undefined) ?? node.firstPort, reason }
}

/** The mock applies to each item. */
function mockedItems(planned: PlannedNode, node: PlanNode, mock: Mock): PlannedNode {
  const { items } = planned
  if (items === null || planned.error) return planned
  const reason = 'Mocked for each item'
  const list = (value: unknown) => withOutput({ ...planned, reason }, { value: Array(items).fill(value) })
  if (mock.error === undefined || items === 0) return list(mock.output ?? null)
  const error = mockError(mock.error)
  if (node.each?.onItemError === 'fail') return { ...failed(planned, node, error), reason }
  if (node.each?.onItemError === 'skip') return withOutput({ ...planned, reason }, { value: [] })
  return list({ error: { code: error.code, message: error.message } })
}
