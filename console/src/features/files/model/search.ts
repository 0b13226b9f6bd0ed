// What the list shows, as in the URL. Unknown values are ignored.

export const KINDS = [
  'text',
  'code',
  'data',
  'document',
  'image',
  'audio',
  'video',
  'archive',
  'font',
] as const
export type Kind = (typeof KINDS)[number]

export const SORTS = ['name', '-name', '-updatedAt', 'updatedAt', '-sizeBytes', 'sizeBytes'] as const
export type Sort = (typeof SORTS)[number]

export const VIEWS = ['bin', 'links', 'storage'] as const
export type View = (typeof VIEWS)[number]

export type FilesSearch = {
  view?: View
  /** `reports/2026`; none is the top. */
  folder?: string
  q?: string
  kind?: Kind
  tag?: string
  /** The id of the person who uploaded it. */
  by?: string
  /** The files that belong to a run. */
  run?: string
  sort?: Sort
}

const MAX_FOLDER = 1_000

const text = (value: unknown, most = 200): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, most) : undefined

export function readSearch(search: Record<string, unknown>): FilesSearch {
  const found: Record<keyof FilesSearch, string | undefined> = {
    view: VIEWS.find((one) => one === search.view),
    folder: text(search.folder, MAX_FOLDER)?.replace(/^\/+|\/+$/g, '') || undefined,
    q: text(search.q),
    kind: KINDS.find((one) => one === search.kind),
    tag: text(search.tag, 50),
    by: text(search.by),
    run: text(search.run),
    sort: SORTS.find((one) => one === search.sort),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as FilesSearch
}

/** Whether something is searched for: then all levels below the folder are shown, and no folders. */
export const isSearch = ({ q, kind, tag, by, run }: FilesSearch): boolean =>
  [q, kind, tag, by, run].some((one) => one !== undefined)

/** The query of `GET /files` for it. */
export function listQueryOf(search: FilesSearch) {
  const { folder, q, kind, tag, by, run, sort = 'name' } = search
  const place = isSearch(search)
    ? folder === undefined || run !== undefined
      ? {}
      : { prefix: `${folder}/` }
    : { folder: folder ?? '/' }
  return {
    sort,
    ...place,
    ...(q && { q }),
    ...(kind && { type: kind }),
    ...(tag && { tag }),
    ...(by && { uploadedBy: by }),
    ...(run && { runId: run }),
  }
}
