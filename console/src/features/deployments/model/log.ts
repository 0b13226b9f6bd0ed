// The log of a deployment: pages from the server and lines that arrive live, as one list.

export type Line = {
  seq: number
  at: string
  level: 'info' | 'warn' | 'error'
  message: string
  file?: string
  bytes?: number
}

/** In order, each line once. */
export function merged(loaded: readonly Line[], live: ReadonlyMap<number, Line>): Line[] {
  const bySeq = new Map(loaded.map((line) => [line.seq, line]))
  for (const [seq, line] of live) bySeq.set(seq, line)
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

/** Whether lines are missing between two that are known: an event only has the last ones. */
export const hasGap = (lines: readonly Line[]): boolean =>
  lines.some((line, at) => at > 0 && line.seq !== (lines[at - 1]?.seq ?? 0) + 1)

/** A progress event of the channel `deployment:<id>`. */
export type Progress = {
  id: string
  status: string
  files: { total: number; changed: number; sent: number; bytes: number }
  lines: Line[]
}

export function progressIn(event: { type: string; data?: unknown }): Progress | null {
  return event.type === 'deployment.progress' ? (event.data as Progress) : null
}
