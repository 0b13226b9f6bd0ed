// Whether this person can decide an approval, as far as it says. The server decides.

type Asking = {
  assignees: readonly string[]
  decisions: readonly { by: string; decision: string }[]
  allowSelf: boolean
  startedBy: string | null
}
type Me = { id: string; email: string }

/** The reason why not; null if nothing speaks against it. */
export function whyNot({ assignees, decisions }: Asking, me: Me): string | null {
  const own = decisions.find(({ by }) => by === me.id)
  if (own) return own.decision === 'approve' ? 'You have approved.' : 'You have rejected.'
  const isAsked = assignees.some((one) => one === me.id || one.toLowerCase() === me.email.toLowerCase())
  return assignees.length > 0 && !isAsked ? 'Others are asked.' : null
}

/** Who starts a run may not approve it, unless the approval allows that or the team has nobody else. */
export const isOwnRun = ({ allowSelf, startedBy }: Asking, me: Me): boolean =>
  !allowSelf && startedBy === me.id
