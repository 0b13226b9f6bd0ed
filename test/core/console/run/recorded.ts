// Runs recorded from a real installation: their definition, all their events, and the response of a read.
import { readFileSync } from 'node:fs'
import type { Definition, RunEvent } from '../../../../console/src/features/run/model/event.ts'
import { fold } from '../../../../console/src/features/run/model/fold.ts'
import { type Live, NOTHING_YET } from '../../../../console/src/features/run/model/live.ts'
import { inRoot } from '../../../../scripts/server/paths.ts'

export type Recorded = {
  definition: Definition
  events: RunEvent[]
  run: {
    status: string
    progress: number
    startedAt: string
    finishedAt: string | null
    waitingFor: { path: string; kind: string }[]
    nodes: {
      path: string
      status: string
      attempt: number
      startedAt: string | null
      finishedAt: string | null
    }[]
  }
}

export const RECORDED = ['order', 'failing', 'items-and-loop', 'asking'] as const

export const recorded = (name: (typeof RECORDED)[number]): Recorded =>
  JSON.parse(readFileSync(inRoot('test/core/console/run/recorded', `${name}.json`), 'utf8')) as Recorded

export const liveOf = (events: readonly RunEvent[]): Live => fold(NOTHING_YET, events)
