// Paths name activations: `map~2:3.inner` is `inner` inside item 3 of `map`, in the second iteration of its loop.
// P1. One activation has exactly one path. Iterations are only written if at least one is not the first, and then all
//     of them, the outermost loop first, before the item (`~1~2:3`).
// P2. parsePath is the inverse of formatPath, and rejects everything that formatPath would not write.

export interface PathSegment {
  readonly id: string
  readonly iteration: readonly number[]
  /** -1 for the node as a whole, not one item of its `each`. */
  readonly item: number
}

export interface Path {
  readonly segments: readonly PathSegment[]
  readonly undo: boolean
}

const SEGMENT = /^([A-Za-z0-9_-]{1,64})((?:~[1-9][0-9]{0,6})*)(?::(0|[1-9][0-9]{0,6}))?$/
const UNDO = '!undo'

/** `iteration` counts from 1, one number for each loop around the node. */
export function nodePath(frame: string, id: string, iteration: readonly number[]): string {
  const own = frame === '' ? id : `${frame}.${id}`
  return iteration.length === 0 || iteration.every((n) => n === 1) ? own : `${own}~${iteration.join('~')}`
}

export const itemPath = (path: string, item: number): string => `${path}:${item}`

export const undoPath = (path: string): string => path + UNDO

export const isUndoPath = (path: string): boolean => path.endsWith(UNDO)

/** The path of the `each` node that an item belongs to. */
export const withoutItem = (path: string): string => path.slice(0, path.lastIndexOf(':'))

/** The path of the parent: the `each` of an item, the group around a node, '' at the top. */
export const outerPath = (path: string): string => {
  const frame = path.slice(0, Math.max(0, path.lastIndexOf('.')))
  return path.indexOf(':', frame.length) < 0 ? frame : withoutItem(path)
}

/** The id of the node that a path names. */
export const nodeIdOf = (path: string): string => /[^.]*$/.exec(path)![0].split(/[~:!]/, 1)[0]!

export function formatPath(path: Path): string {
  let text = ''
  for (const { id, iteration, item } of path.segments) {
    text = nodePath(text, id, iteration)
    if (item >= 0) text = itemPath(text, item)
  }
  return path.undo ? undoPath(text) : text
}

export function parsePath(text: string): Path | undefined {
  if (text.length > 4096) return undefined
  const undo = isUndoPath(text)
  const segments: PathSegment[] = []
  for (const part of (undo ? text.slice(0, -UNDO.length) : text).split('.')) {
    const match = SEGMENT.exec(part)
    if (match === null) return undefined
    const iteration = match[2] ? match[2].slice(1).split('~').map(Number) : []
    if (iteration.length > 0 && iteration.every((n) => n === 1)) return undefined
    segments.push({ id: match[1]!, iteration, item: match[3] === undefined ? -1 : Number(match[3]) })
  }
  return { segments, undo }
}
