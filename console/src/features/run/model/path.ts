// Paths of places in a run: `map:3.inner~2` is `inner` in its second iteration, inside item 3 of `map`.

export type PathParts = {
  /** The enclosing place: a group, or an item of one; '' at the top level. */
  frame: string
  id: string
  /** The iteration as written, such as `~2`; '' for the first. */
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

/** The step of the definition for a place: `map.inner` for `map:3.inner~2`. */
export const stepOf = (path: string): string => path.replace(/(?:~\d+)+|:\d+/g, '')

/** The place of the whole `each` for one of its items. */
export const withoutItem = (path: string): string => path.replace(/:\d+(?=$|!undo$)/, '')

export const inFrame = (frame: string, id: string): string => (frame === '' ? id : `${frame}.${id}`)
