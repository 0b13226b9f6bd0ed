// Work that is done within a turn can take the turn with it, and would on every waking. So its deaths are counted, and
// the count is kept before the work is tried again: after a few the node has failed, and the run goes on.
import type { Command } from '../../src/engine/command.ts'
import type { ShellFact } from './outcome.ts'
import type { RunStore } from './store.ts'

/** Deaths at one point, before what was being done there is given up. */
const MOST_TURN_DEATHS = 3

type TurnWork = Extract<Command, { type: 'run_node' | 'run_items' | 'expand_node' | 'collect_output' }>

export const isTurnWork = (command: Command): command is TurnWork =>
  command.type === 'run_node' ||
  command.type === 'run_items' ||
  command.type === 'expand_node' ||
  command.type === 'collect_output'

/** Such work is only still there when its turn died. Answers what gives it up, once it has died too often. */
export function countTurnDeath(store: RunStore, commands: readonly Command[]): ShellFact[] {
  const stuck = commands.find(isTurnWork)
  if (stuck === undefined || stuck.type === 'collect_output') return []
  const { path, attempt } = stuck
  const work = `${path} ${attempt} ${stuck.type === 'run_items' ? stuck.from : ''}`
  const known = JSON.parse(store.readMeta('turnDeaths') ?? '{}') as { work?: string; deaths?: number }
  const deaths = known.work === work ? (known.deaths ?? 0) + 1 : 1
  store.writeMeta('turnDeaths', JSON.stringify({ work, deaths }))
  if (deaths <= MOST_TURN_DEATHS) return []
  const message = `The process was lost ${deaths - 1} times while this was computed`
  const error = { code: 'node.poison', message, retryable: false }
  return [{ fact: { type: 'node.failed', path, attempt, error }, dropCommands: true }]
}
