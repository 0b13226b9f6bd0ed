// Derives a run's host from its id alone, so a run can be reached before the index in D1 knows it. Invariants:
// 1. `hostOf` is a pure function of the id, so no later change moves a run.
// 2. A run's id has the form of every id: ten characters for the time (or of a hash), then sixteen. Of these, seven identify the
//    team, two the place and seven are random (or of the hash).
// 3. The end of the team's id identifies the team. If two teams share that end, their host refuses the second one (`isHostOf`).
import { derivedId, newId } from './ids.ts'

/** A numbered host that the team's runs share, or a host for this run alone. */
export type RunPlace = number | 'own'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TEAM = 7
const PLACE = 2
const START = 'run_'.length + 10
const END = START + TEAM + PLACE

const OWN = 'zz'
/** Numbers above the maximum setting are for hosts that replace full ones. */
export const MAX_PLACES = 1_023
export const MAX_SHARDS = 64

const placeText = (place: RunPlace): string =>
  place === 'own' ? OWN : ALPHABET.charAt(place >> 5) + ALPHABET.charAt(place & 31)

const withPlace = (id: string, teamId: string, place: RunPlace): string =>
  id.slice(0, START) + teamText(teamId) + placeText(place) + id.slice(END)

export const newRunId = (teamId: string, place: RunPlace, nowMs: number): string =>
  withPlace(newId('run', nowMs), teamId, place)

/** The same text gives the same id. A hash chooses the place, or the caller does. */
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

/** The part of a derived id without its place. It identifies the start. */
export const startKeyOf = (runId: string): string => runId.slice('run_'.length, START) + runId.slice(END)

export function placeOf(runId: string): RunPlace {
  return runId.slice(START + TEAM, END) === OWN ? 'own' : numberIn(runId, START + TEAM)
}

const teamText = (teamId: string): string => teamId.slice(-TEAM).padStart(TEAM, '0')

/** Whether the id belongs to the team. Two teams can have the same end; then their host decides. */
export const isOfTeam = (runId: string, teamId: string): boolean =>
  runId.slice(START, START + TEAM) === teamText(teamId)

/** The name of a host that the runs of a team share. */
export const hostAt = (teamId: string, place: number): string => `host_${teamText(teamId)}${placeText(place)}`

/** The name of the object that stores the run. */
export const hostOf = (runId: string): string =>
  runId.slice(START + TEAM, END) === OWN ? runId : `host_${runId.slice(START, END)}`

/** Whether the name is that of a shared host. */
export const isSharedHost = (name: string): boolean => name.startsWith('host_')
