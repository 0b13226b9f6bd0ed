// The team that requests are made in: null is the personal one. The address names it, so that a link leads others to it.

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
