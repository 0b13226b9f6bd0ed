// The files that a run has produced: those in its output, or else those that its nodes have written.
import type { RequestContext } from '../../../context.ts'
import { isId } from '../../../core/ids.ts'
import type { Json } from '../../../core/json.ts'
import { workflowRun } from '../../../objects/workflow-run.ts'
import { invalid } from './faults.ts'

const WRITERS: ReadonlySet<string> = new Set(['file.write', 'http.request'])
const NODES_A_PAGE = 100
const MAX_PAGES = 100

/** Unique ids. Throws if the team has no such run, or it has not succeeded. */
export async function filesOfRun({ env }: RequestContext, teamId: string, runId: string): Promise<string[]> {
  const run = isId('run', runId) ? workflowRun(env.RUNS, runId) : null
  const view = run === null ? null : await run.view({ output: true, raw: true })
  if (run === null || view === null || view.teamId !== teamId) throw invalid(`The team has no run ${runId}.`)
  if (view.status !== 'succeeded')
    throw invalid(`The run ${runId} is ${view.status}. Deploy what it has written once it has succeeded.`)
  const named = new Set<string>()
  collectIds(view.output as Json, named)
  if (named.size > 0) return [...named]
  for (let page = 0, after: string | undefined; page < MAX_PAGES; page++) {
    const nodes = await run.nodes({ limit: NODES_A_PAGE, ...(after === undefined ? {} : { after }) })
    const paths = (nodes?.nodes ?? []).filter(({ type }) => WRITERS.has(type)).map(({ path }) => path)
    for (const [, json] of paths.length === 0 ? [] : await run.outputs(paths))
      if (json !== null) collectIds(JSON.parse(json) as Json, named)
    after = nodes?.nodes.at(-1)?.path
    if (!nodes?.hasMore || after === undefined) break
  }
  return [...named]
}

function collectIds(value: Json, found: Set<string>): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value) && typeof value.$file === 'string') found.add(value.$file)
  for (const one of Array.isArray(value) ? value : Object.values(value)) collectIds(one, found)
}
