// Turns that take the object down. What a turn throws, or what kills the process in it, would come back on every waking;
// so deaths are counted by what was being done, and after a few it is given up. Invariants:
// 1. A healthy turn pays nothing: what it is about stands in memory that outlives the object, and is counted and written
//    down on the next waking.
// 2. Only a death counts. An object that is evicted, deployed over or hibernated was not in a turn. Of a process that was
//    lost nothing is left, so once something looks like it, what is tried is written down before it is tried.
// 3. What has been got through is forgotten again, in the turn that got through it.
import type { Command } from '../../src/engine/command.ts'
import { thisProcess } from './faults.ts'
import type { ShellFact } from './outcome.ts'
import type { RunStore } from './store.ts'

/** Deaths of one piece of work, before it is given up. */
export const MOST_DEATHS = 3

/** What a run remembers at a time; who sends it ever new words that kill it makes it forget the oldest. */
const MOST_KNOWN = 64

/**
 * What a turn is about, by a key that is the same when it is tried again. What is given up with it: the `node` of this
 * path fails, a `word` from outside is not taken, or the `run` as a whole is ended.
 */
export type Work = { key: string; gives: 'node' | 'word' | 'run'; path?: string }

export type Known = Work & {
  deaths: number
  /** The process that tries it now; gone when another one finds this. */
  trying?: string
  /** Of a word: that the run's events tell of it. */
  told?: boolean
}

export const WAKING: Work = { key: 'waking', gives: 'run' }
export const ENDING: Work = { key: 'ending', gives: 'run' }

const node = (what: string, path: string): Work => ({ key: `${what} ${path}`, gives: 'node', path })
const word = (...parts: string[]): Work => ({ key: parts.join(' '), gives: 'word' })

type TurnWork = Extract<Command, { type: 'run_node' | 'run_items' | 'expand_node' | 'collect_output' }>

/** Work that is done within a turn, and may take the turn with it. */
export const isTurnWork = (command: Command): command is TurnWork =>
  command.type === 'run_node' ||
  command.type === 'run_items' ||
  command.type === 'expand_node' ||
  command.type === 'collect_output'

/** What a turn is about is what it begins with: never throws, since it is asked for when something has thrown. */
export function workOf(facts: readonly ShellFact[], commands: readonly Command[]): Work {
  const fact = facts[0]?.fact
  if (fact === undefined) return workOfCommand(commands.find(isTurnWork) ?? commands[0])
  switch (fact.type) {
    case 'timer.fired':
      if (fact.key === '$start') return { key: 'run.started', gives: 'run' }
      return fact.key.startsWith('$') ? { key: `timer ${fact.key}`, gives: 'run' } : node('timer', fact.key)
    case 'signal.received':
      return word('signal', fact.name, fact.id ?? hashOf(fact.data))
    case 'run.paused':
    case 'run.resumed':
      return word(fact.type)
    case 'log':
    case 'node.progress':
      return word(fact.type, fact.path ?? '')
    case 'node.resolved':
      return word(fact.type, fact.path, fact.outcome)
    case 'node.crashed':
      // Got through on every waking, whatever the outcome leads to.
      return node('crash', fact.path)
    default:
      if (!('path' in fact)) return { key: fact.type, gives: 'run' }
      // Attempts are told apart by nothing: the outcome of the next one would kill the run as well.
      return node('outcome', fact.path)
  }
}

function workOfCommand(command: Command | undefined): Work {
  if (command === undefined || !('path' in command)) return WAKING
  if (command.type === 'collect_output' && command.of === 'run') return { key: 'collect', gives: 'run' }
  const from = command.type === 'run_items' ? ` ${command.from}` : ''
  return { ...node(command.type, command.path), key: `${command.type} ${command.path}${from}` }
}

export const workOfDecision = (approvalId: string, by: string, decision: string, data: unknown): Work =>
  word('decide', approvalId, by, decision, hashOf(data))

export const workOfEvent = (id: string): Work => word('event', id)

/** FNV-1a. Two words with one hash are refused together, which is no harm. */
function hashOf(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(36)
}

/** What an object is in the middle of. Set for as long as a turn is under way, so what is found here has not come out of it. */
type Turn = { about: (() => Work) | null; known: Known[]; readonly process: string }

/** By object: in the isolate, which lives on when an object is reset, for an error of ours or as it took too much time. */
const turns = new Map<string, Turn>()
const MOST_TURNS = 5_000

export type Deaths = ReturnType<typeof openDeaths>

export function openDeaths(store: RunStore, objectId: string) {
  const process = thisProcess()
  const before = turns.get(objectId)
  const turn: Turn = { about: null, known: [], process }
  turns.delete(objectId)
  turns.set(objectId, turn)
  for (const oldest of turns.keys()) {
    if (turns.size <= MOST_TURNS) break
    turns.delete(oldest)
  }

  const find = (work: Work): Known | undefined => turn.known.find(({ key }) => key === work.key)

  function entryOf(work: Work): Known {
    const found = find(work)
    if (found) return found
    const entry = { ...work, deaths: 0 }
    turn.known.push(entry)
    if (turn.known.length > MOST_KNOWN) turn.known.shift()
    return entry
  }

  const write = (): void => store.writeMeta('deaths', JSON.stringify(turn.known))

  return {
    turn,

    /** Counts the turn that the object was lost in, if it was lost in one; true when there is something to write down. */
    recall(isStored: boolean): boolean {
      // A start that failed has left nothing, not even its death.
      if (!isStored) return false
      const died = before?.process === process && before.about !== null ? before : null
      // What died on waking has not been written: memory has all that the table has, and that.
      turn.known = died?.known ?? read(store)
      let isNews = died !== null
      for (const one of turn.known) {
        if (one.trying !== undefined && one.trying !== process) {
          one.deaths++
          isNews = true
        }
        delete one.trying
      }
      if (died?.about) entryOf(died.about()).deaths++
      turn.known = turn.known.filter(({ deaths }) => deaths > 0)
      return isNews
    },

    /** Whether anything has died here that was not got through since. */
    some: (): boolean => turn.known.length > 0,
    write,

    /** Written down before it is tried; the caller waits until that is on the disk. */
    begin(work: Work): void {
      entryOf(work).trying = process
      write()
    },

    /** It was got through: part of its turn. */
    survived(work: Work): void {
      const left = turn.known.filter(({ key }) => key !== work.key)
      if (left.length === turn.known.length) return
      turn.known = left
      write()
    },

    deathsOf: (work: Work): number => find(work)?.deaths ?? 0,
    isGivenUp: (work: Work): boolean => (find(work)?.deaths ?? 0) >= MOST_DEATHS,
    /** Words stay known, so that they are refused; the rest is forgotten once it has been given up. */
    givenUp: (): readonly Known[] =>
      turn.known.filter(({ deaths, told }) => deaths >= MOST_DEATHS && told !== true),
    told(one: Known): void {
      one.told = true
      write()
    },
  }
}

function read(store: RunStore): Known[] {
  try {
    return JSON.parse(store.readMeta('deaths') ?? '[]') as Known[]
  } catch {
    return []
  }
}
