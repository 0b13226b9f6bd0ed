// Where the panes of the run page end, in percent of the page. Users move the lines between them, and the page remembers them for each arrangement.

/** `column`: the graph beside a column with the timeline above the panel. `row`: all three side by side. */
export type Arrangement = 'column' | 'row'
/** The lines at the end of the graph and at the end of the timeline. */
export type Lines = { graph: number; timeline: number }
export type Line = keyof Lines
export type Size = { width: number; height: number }

export const DEFAULT_LINES: Record<Arrangement, Lines> = {
  column: { graph: 42, timeline: 50 },
  row: { graph: 37.5, timeline: 68.75 },
}

/** What a pane needs to be readable. `run.module.css` has the same sizes for a window that becomes smaller. */
const MIN_GRAPH_PX = 260
const MIN_PANE_PX = 320
const MIN_HEIGHT_PX = 120

/** The direction in which a line is moved. */
export const axisOf = (arrangement: Arrangement, line: Line): 'x' | 'y' =>
  arrangement === 'column' && line === 'timeline' ? 'y' : 'x'

/** Moves one line as far as every pane stays readable. */
export function withLine(lines: Lines, line: Line, to: number, arrangement: Arrangement, size: Size): Lines {
  const { from, until } = limitsOf(lines, line, arrangement, size)
  return from > until ? lines : { ...lines, [line]: Math.min(until, Math.max(from, to)) }
}

function limitsOf({ graph, timeline }: Lines, line: Line, arrangement: Arrangement, size: Size) {
  const [least, pane] = [(MIN_GRAPH_PX / size.width) * 100, (MIN_PANE_PX / size.width) * 100]
  if (arrangement === 'row')
    return line === 'graph'
      ? { from: least, until: timeline - pane }
      : { from: graph + pane, until: 100 - pane }
  if (line === 'graph') return { from: least, until: 100 - pane }
  const row = (MIN_HEIGHT_PX / size.height) * 100
  return { from: row, until: 100 - row }
}

const isPlace = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 100

/** What was remembered. Anything unreadable counts as nothing. */
export function readLines(text: string | null, arrangement: Arrangement): Lines {
  const defaults = DEFAULT_LINES[arrangement]
  const known = parse(text)[arrangement]
  const { graph, timeline } = { ...defaults, ...(typeof known === 'object' ? known : null) }
  if (!isPlace(graph) || !isPlace(timeline)) return defaults
  return arrangement === 'row' && graph >= timeline ? defaults : { graph, timeline }
}

/** The text to remember, with the lines of the other arrangement. */
export const writeLines = (text: string | null, arrangement: Arrangement, lines: Lines): string =>
  JSON.stringify({ ...parse(text), [arrangement]: lines })

function parse(text: string | null): Partial<Record<Arrangement, Partial<Lines> | null>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
  } catch {
    return {}
  }
}
