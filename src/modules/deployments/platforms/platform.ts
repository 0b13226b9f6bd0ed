// What a platform is: one value that says what it takes, and does each step by calls of its API. Everything else (the run, the plan,
// the list of platforms) reads this and nothing else. Invariants:
// 1. Each step may be done again after a crash: it asks the platform what is there, or repeats what does no harm.
// 2. A content is sent once: what may have been sent is asked for first.
import type { Json } from '../../../core/json.ts'
import type { Environment, PlatformId } from '../../../db/schema/index.ts'
import type { FileRow } from '../repo/files.ts'
import type { LogLevel } from '../repo/logs.ts'
import type { Settings } from '../schema.ts'
import type { SourceEntry } from '../source/collect.ts'
import type { DigestKind } from '../source/digest.ts'
import type { PlatformCall } from './answer.ts'

export type PlatformState = { [name: string]: Json }

/** Where a deployment goes, and how it gets there. */
export type Site = {
  call: PlatformCall
  /** Of the integration. */
  config: Readonly<Record<string, unknown>>
  baseUrl: string
  project: string
  environment: Environment
  settings: Settings
  deployment: {
    id: string
    message: string
    platformId: string | null
    state: PlatformState
    createdAt: number
  }
  now: () => number
  log: (level: LogLevel, message: string) => void
}

export type SiteFile = Omit<FileRow, 'state'>

/** The content of a file, from its beginning. */
export type OpenFile = () => Promise<ReadableStream<Uint8Array>>

export type Standing = {
  platformId?: string
  url?: string | null
  aliases?: string[]
  /** Replaces what was kept. */
  state?: PlatformState
}

export type Compared = Standing & {
  /** By `n`. */
  send: ReadonlySet<number>
  /** Paths that were published before and are not any more, where they have to be removed one by one. */
  removed: string[]
  /** The platform does not say yet: it is asked again. */
  isPending?: true
}

export type Published = Standing & {
  /** Digests that the platform misses after all. */
  missing?: string[]
}

export type Checked = Standing & ({ status: 'processing' | 'ready' } | { status: 'failed'; message: string })

/** A deployment whose result is there already. */
export type Earlier = { id: string; platformId: string | null; state: PlatformState }

export type Refusal = { code: string; message: string }

export type Platform = {
  id: PlatformId
  name: string
  integrationTypes: readonly string[]
  /** What `project` names, in words. */
  project: string
  settings: readonly (keyof Settings)[]
  previews: boolean
  limits: { files: number; fileBytes: number; bytes: number }
  notes: readonly string[]
  digest: DigestKind
  uploadsAtOnce: number
  /** What is sent is seen at once, so pages wait for what they refer to. */
  isSeenAtOnce?: true
  /** How much is one recorded step. */
  batch: { files: number; bytes: number }
  /** What is wrong with the name of a project; null for nothing. */
  judgeProject: (project: string) => string | null
  /** What is sent with a file besides its content, and so is a change of it. */
  metaOf?: (path: string, settings: Settings) => string
  /** Files that follow from others or from the settings. */
  complete?: (entries: readonly SourceEntry[], settings: Settings) => SourceEntry[]
  /** What speaks against it that can be known before anything is sent. `since` counts the team's own uploads. */
  refusals?: (
    site: Site,
    files: readonly SiteFile[],
    today: { deployments: number; uploads: number },
  ) => Refusal[]
  /** `published` is the manifest that was ready there last. `dry` changes nothing there. */
  compare: (
    site: Site,
    files: readonly SiteFile[],
    published: readonly FileRow[] | null,
    dry: boolean,
  ) => Promise<Compared>
  /** Whether the content is there already. Absent where that does no harm, or `compare` tells it. */
  isThere?: (site: Site, file: SiteFile, all: () => Promise<SiteFile[]>) => Promise<boolean>
  send: (site: Site, file: SiteFile, open: OpenFile) => Promise<void>
  /** When the next batch may be sent; absent for at once. `others` are of deployments with the same integration. */
  pace?: (site: Site, others: readonly PlatformState[]) => number
  /** What is kept of a batch for it. */
  paced?: (site: Site, sent: number) => PlatformState
  publish: (site: Site, files: readonly SiteFile[], removed: readonly string[]) => Promise<Published>
  check: (site: Site) => Promise<Checked>
  /** Makes an earlier deployment the public one, without sending anything. */
  restore?: { promote: boolean; run: (site: Site, earlier: Earlier) => Promise<Published> }
  cancel?: (site: Site) => Promise<void>
  /** `paths` are those of its manifest; `isPublished` tells whether it is what is seen now. */
  remove: (site: Site, what: { isPublished: boolean; paths: readonly string[] }) => Promise<void>
}
