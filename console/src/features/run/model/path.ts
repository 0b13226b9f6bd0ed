// The names of places in a run: `map:3.inner~2` is `inner`, in its second iteration, inside item 3 of `map`.

export type PathParts = {
  /** What it is inside of: the place of a group, or of an item of one; '' at the top. */
  frame: string
  id: string
  /** `~2`, as it is written; '' in the first iteration. */
  iteration: string
  item: number | null
  isUndo: boolean
}

const LAST = /^([^~:!]*)((?:~\d+)*)(?::(\d+))?(!undo)?$/

export function partsOf(path: string): PathParts {
  const dot = path.lastIndexOf('.')
  const match = LAST.exec(path.slice(dot + 1))
  return {
    frame: dot < 0 ? '' : path.slice(0, dot),
    id: match?.[1] ?? path,
    iteration: match?.[2] ?? '',
    item: match?.[3] === undefined ? null : Number(match[3]),
    isUndo: match?.[4] !== undefined,
  }
}

/** The step of the definition that a place belongs to: `map:3.inner~2` is of `map.inner`. */
export const stepOf = (path: string): string => path.replace(/(?:~\d+)+|:\d+/g, '')

/** The place of an `each` as a whole, for one of its items. */
export const withoutItem = (path: string): string => path.replace(/:\d+(?=$|!undo$)/, '')

export const inFrame = (frame: string, id: string): string => (frame === '' ? id : `${frame}.${id}`)
