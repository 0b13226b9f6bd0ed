// Defines a platform: one value with its options, and with each step as calls of its API. Everything else (the run,
// the plan, the list of platforms) only uses this. Invariants:
// 1. Each step can be repeated after a crash: it asks the platform for its state, or repeats something harmless.
// 2. A content is sent once: if it may have been sent, the platform is asked first.
import type { Json } from '../../../core/json.ts'
import type { Environment, PlatformId } from '../../../db/schema/index.ts'
import type { FileRow } from '../repo/files.ts'
import type { LogLevel } from '../repo/logs.ts'
import type { Settings } from '../schema.ts'
import type { SourceEntry } from '../source/collect.ts'
import type { DigestKind } from '../source/digest.ts'
import type { PlatformCall } from './answer.ts'

export type PlatformState = { [name: string]: Json }

/** Where and how a deployment is published. */
export type Site = {
  call: PlatformCall
  /** The fields of the integration. */
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
  /** Replaces the stored value. */
  state?: PlatformState
}

export type Compared = Standing & {
  /** Sorted by `n`. */
  send: ReadonlySet<number>
  /** Paths that are no longer published, if the platform needs them removed one by one. */
  removed: string[]
  /** The platform has no result yet, and is asked again. */
  isPending?: true
}

export type Published = Standing & {
  /** Digests of missing contents. */
  missing?: string[]
}

export type Checked = Standing & ({ status: 'processing' | 'ready' } | { status: 'failed'; message: string })

/** A deployment that is already complete. */
export type Earlier = { id: string; platformId: string | null; state: PlatformState }

export type Refusal = { code: string; message: string }

export type Platform = {
  id: PlatformId
  name: string
  integrationTypes: readonly string[]
  /** The meaning of `project`, for people. */
  project: string
  settings: readonly (keyof Settings)[]
  previews: boolean
  limits: { files: number; fileBytes: number; bytes: number }
  notes: readonly string[]
  digest: DigestKind
  uploadsAtOnce: number
  /** Uploads are visible immediately, so pages are sent after the files that they use. */
  isSeenAtOnce?: true
  /** The amount of one recorded step. */
  batch: { files: number; bytes: number }
  /** The error in the name of a project. Null if it is valid. */
  judgeProject: (project: string) => string | null
  /** The headers that are sent with a file. Changing them changes the file. */
  metaOf?: (path: string, settings: Settings) => string
  /** Files that are derived from others or from the settings. */
  complete?: (entries: readonly SourceEntry[], settings: Settings) => SourceEntry[]
  /** Reasons to refuse the deployment before anything is sent. `since` counts the team's own uploads. */
  refusals?: (
    site: Site,
    files: readonly SiteFile[],
    today: { deployments: number; uploads: number },
  ) => Refusal[]
  /** `published` is the manifest of the last published deployment. `dry` changes nothing. */
  compare: (
    site: Site,
    files: readonly SiteFile[],
    published: readonly FileRow[] | null,
    dry: boolean,
  ) => Promise<Compared>
  /** Whether the platform already has the content. Absent if sending it again is harmless, or if `compare` finds out. */
  isThere?: (site: Site, file: SiteFile, all: () => Promise<SiteFile[]>) => Promise<boolean>
  send: (site: Site, file: SiteFile, open: OpenFile) => Promise<void>
  /** When the next batch may be sent. Absent: immediately. `others` are deployments with the same integration. */
  pace?: (site: Site, others: readonly PlatformState[]) => number
  /** What to store of a batch for `nextBatchAt`. */
  paced?: (site: Site, sent: number) => PlatformState
  publish: (site: Site, files: readonly SiteFile[], removed: readonly string[]) => Promise<Published>
  check: (site: Site) => Promise<Checked>
  /** Publishes an earlier deployment, without sending anything. */
  restore?: { promote: boolean; run: (site: Site, earlier: Earlier) => Promise<Published> }
  cancel?: (site: Site) => Promise<void>
  /** `paths` are those of its manifest. `isPublished`: whether it is the current version. */
  remove: (site: Site, what: { isPublished: boolean; paths: readonly string[] }) => Promise<void>
}
