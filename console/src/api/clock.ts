// The time of the server. Times on the pages come from the server, and the clock of a browser may be wrong.

/** An access token may be some seconds old when it arrives, so small differences do not count. */
const TOLERANCE_MS = 30_000

let offsetMs = 0

export const serverNow = (): number => Date.now() + offsetMs

/** Computes the difference from a new access token, which contains the time when it was issued. */
export function syncClock(token: string): void {
  const issuedAt = issuedAtOf(token)
  if (issuedAt === null) return
  const difference = issuedAt - Date.now()
  offsetMs = Math.abs(difference) > TOLERANCE_MS ? difference : 0
}

function issuedAtOf(token: string): number | null {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const { iat } = JSON.parse(atob(payload)) as { iat?: unknown }
    return typeof iat === 'number' ? iat * 1000 : null
  } catch {
    return null
  }
}
