// The team of requests; null is the personal team. It is part of the URL, so that links lead other people to the same team.

let team: string | null = null
const listeners = new Set<() => void>()

export const currentTeam = (): string | null => team

export function chooseTeam(id: string | null): void {
  if (id === team) return
  team = id
  for (const listener of listeners) listener()
}

export function onTeamChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
