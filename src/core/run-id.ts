// Where a run is kept, read from its id alone: a run can be addressed before the index in D1 has heard of it. Invariants:
// 1. `hostOf` is a pure function of the id, so nothing that changes later moves a run.
// 2. A run's id has the form of every id: ten characters for the time (or of a hash), then sixteen, of which seven name the
//    team, two the place and seven are random (or of the hash).
// 3. The team is named by the end of its id. Should two teams share it, their host refuses the second (`isHostOf`).
import { derivedId, newId } from './ids.ts'

/** A numbered host that the team's runs share, or a host of the run's own. */
export type RunPlace = number | 'own'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TEAM = 7
const PLACE = 2
const START = 'run_'.length + 10
const END = START + TEAM + PLACE

const OWN = 'zz'
/** Numbers beyond any setting are for hosts that take the place of full ones. */
export const MAX_PLACES = 1_023
export const MAX_SHARDS = 64

const placeText = (place: RunPlace): string =>
  place === 'own' ? OWN : ALPHABET.charAt(place >> 5) + ALPHABET.charAt(place & 31)

const withPlace = (id: string, teamId: string, place: RunPlace): string =>
  id.slice(0, START) + teamText(teamId) + placeText(place) + id.slice(END)

export const newRunId = (teamId: string, place: RunPlace, nowMs: number): string =>
  withPlace(newId('run', nowMs), teamId, place)

/** The same text gives the same id, in one of so many places by its hash, or in this place. */
export async function derivedRunId(
  teamId: string,
  text: string,
  place: RunPlace | { shards: number; after?: number },
): Promise<string> {
  const id = await derivedId('run', text)
  if (typeof place !== 'object') return withPlace(id, teamId, place)
  const { shards, after = 0 } = place
  return withPlace(id, teamId, (numberIn(id, START - 2) % shards) + after)
}

const numberIn = (text: string, at: number): number =>
  ALPHABET.indexOf(text.charAt(at)) * 32 + ALPHABET.indexOf(text.charAt(at + 1))

/** What is left of a derived id without its place: the start that it stands for. */
export const startKeyOf = (runId: string): string => runId.slice('run_'.length, START) + runId.slice(END)

export function placeOf(runId: string): RunPlace {
  return runId.slice(START + TEAM, END) === OWN ? 'own' : numberIn(runId, START + TEAM)
}

const teamText = (teamId: string): string => teamId.slice(-TEAM).padStart(TEAM, '0')

/** Whether the id names the team. Two teams may have the same end; then their hosts know better. */
export const isOfTeam = (runId: string, teamId: string): boolean =>
  runId.slice(START, START + TEAM) === teamText(teamId)

/** The name of one of the hosts that the runs of a team share. */
export const hostAt = (teamId: string, place: number): string => `host_${teamText(teamId)}${placeText(place)}`

/** The name of the object that keeps the run. */
export const hostOf = (runId: string): string =>
  runId.slice(START + TEAM, END) === OWN ? runId : `host_${runId.slice(START, END)}`

/** Whether it is one that runs of a team share, by its name. */
export const isSharedHost = (name: string): boolean => name.startsWith('host_')
