// Analyses a table: profile, statistics, groups, correlations, outliers, trends, charts, and findings in words.
import type { Json } from '../../core/json.ts'
import { barChart, lineChart } from './charts.ts'
import {
  type Cell,
  type Column,
  correlationOf,
  figuresOf,
  isBlank,
  type NumberFigures,
  numbersOf,
  outliersOf,
  toCell,
  trendOf,
  typeOfColumn,
} from './statistics.ts'

const MAX_GROUPS = 20
const MAX_OUTLIERS = 20
const MAX_CORRELATIONS = 50
const MAX_POINTS = 500
const MAX_NUMBER_COLUMNS = 30
/** Pairs of columns times rows. Of a long table, only the first columns are compared. */
const MAX_COMPARED = 20_000_000

export type Table = { names: readonly string[]; rows: readonly (readonly unknown[])[] }

export function profileOf({ names, rows }: Table): Record<string, Json> {
  const columns = names.map((name, at) => {
    const values = rows.map((row) => row[at])
    const type = typeOfColumn(values)
    return { name, type, cells: values.map((value) => toCell(value, type)) }
  })
  const numbers = columns.filter(({ type }) => type === 'number').slice(0, MAX_NUMBER_COLUMNS)
  const figures = new Map(numbers.map(({ name, cells }) => [name, figuresFor(cells)]))
  const statistics = Object.fromEntries(figures)
  const compared = comparedOf(numbers, rows.length)
  const correlations = correlationsOf(compared)
  const groups = groupsOf(columns, numbers)
  const outliers = numbers.flatMap(({ name, cells }) => {
    const own = figures.get(name)
    const found = own === undefined || own.count === 0 ? [] : outliersOf(cells, own)
    return found.length === 0
      ? []
      : [{ column: name, count: found.length, first: found.slice(0, MAX_OUTLIERS) }]
  })
  const trends = trendsOf(columns, numbers)
  const charts = chartsOf(groups, trends, figures)
  const result = {
    rows: rows.length,
    columns: columns.map(({ name, type, cells }) => ({
      name,
      type,
      missing: cells.filter((cell) => cell === null).length,
      distinct: new Set(cells.filter((cell) => cell !== null)).size,
    })),
    statistics,
    groups,
    correlations,
    outliers,
    trends: trends.map(({ points: _points, ...trend }) => trend),
  }
  const findings = findingsOf(result)
  if (compared.length < numbers.length)
    findings.push(
      `The table is long, so correlations only compare the first ${compared.length} of ${numbers.length} number columns.`,
    )
  return { ...(result as unknown as Record<string, Json>), charts, findings }
}

const figuresFor = (cells: readonly Cell[]): NumberFigures => {
  const values = cells.filter((cell): cell is number => typeof cell === 'number')
  return figuresOf(values, cells.length - values.length)
}

type Typed = Column & { cells: Cell[] }

function comparedOf(numbers: readonly Typed[], rows: number): readonly Typed[] {
  let most = numbers.length
  while (((most * (most - 1)) / 2) * rows > MAX_COMPARED) most--
  return numbers.slice(0, most)
}

function correlationsOf(compared: readonly Typed[]) {
  const found: { a: string; b: string; r: number }[] = []
  const columns = compared.map(({ name, cells }) => ({ name, values: numbersOf(cells) }))
  for (const [at, a] of columns.entries())
    for (const b of columns.slice(at + 1)) {
      const r = correlationOf(a.values, b.values)
      if (r !== null) found.push({ a: a.name, b: b.name, r })
    }
  return found.sort((one, two) => Math.abs(two.r) - Math.abs(one.r)).slice(0, MAX_CORRELATIONS)
}

type Group = { by: string; of: string; groups: { value: string; count: number; sum: number; mean: number }[] }

/** Groups by each column with few distinct values. */
function groupsOf(columns: readonly Typed[], numbers: readonly Typed[]): Group[] {
  const keys = columns.filter(({ type, cells }) => {
    const distinct = new Set(cells).size
    return (
      (type === 'text' || type === 'boolean') &&
      distinct > 1 &&
      distinct <= MAX_GROUPS &&
      distinct < cells.length
    )
  })
  return keys.slice(0, 5).flatMap((key) =>
    numbers.slice(0, 5).map((number) => {
      const values = new Map<string, number[]>()
      for (const [at, cell] of key.cells.entries()) {
        const value = number.cells[at]
        if (isBlank(cell) || typeof value !== 'number') continue
        const list = values.get(String(cell)) ?? []
        list.push(value)
        values.set(String(cell), list)
      }
      const groups = [...values].map(([value, list]) => {
        const { count, sum, mean } = figuresOf(list, 0)
        return { value, count, sum, mean }
      })
      return { by: key.name, of: number.name, groups: groups.sort((a, b) => b.sum - a.sum) }
    }),
  )
}

type Trend = {
  column: string
  over: string
  slope: number
  intercept: number
  r2: number
  points: [number, number][]
}

/** Over the first date column, with one day as the unit. */
function trendsOf(columns: readonly Typed[], numbers: readonly Typed[]): Trend[] {
  const time = columns.find(({ type }) => type === 'date')
  if (time === undefined) return []
  const days = time.cells.map((cell) => (typeof cell === 'string' ? Date.parse(cell) / 86_400_000 : null))
  const first = days.reduce<number>(
    (least, day) => (day !== null && day < least ? day : least),
    Number.POSITIVE_INFINITY,
  )
  return numbers.slice(0, 5).flatMap(({ name, cells }) => {
    const points = days.flatMap((day, at): [number, number][] => {
      const value = cells[at]
      return day === null || typeof value !== 'number' ? [] : [[day - first, value]]
    })
    points.sort((a, b) => a[0] - b[0])
    const trend = trendOf(points)
    return trend === null ? [] : [{ column: name, over: time.name, ...trend, points }]
  })
}

function chartsOf(
  groups: readonly Group[],
  trends: readonly Trend[],
  figures: ReadonlyMap<string, NumberFigures>,
): Json {
  const bars = groups.slice(0, 3).map(({ by, of, groups: list }) => ({
    name: `${of} by ${by}`,
    svg: barChart(
      `${of} by ${by}`,
      list.map(({ value, sum }) => ({ label: value, value: sum })),
    ),
  }))
  const lines = trends.slice(0, 3).map(({ column, over, points }) => {
    const every = Math.ceil(points.length / MAX_POINTS)
    return {
      name: `${column} over ${over}`,
      svg: lineChart(
        `${column} over ${over}`,
        points.filter((_, at) => at % every === 0),
      ),
    }
  })
  if (bars.length + lines.length > 0) return [...bars, ...lines]
  const means = [...figures]
    .filter(([, { count }]) => count > 0)
    .map(([label, { mean }]) => ({ label, value: mean }))
  return means.length === 0 ? [] : [{ name: 'Means', svg: barChart('Means', means.slice(0, MAX_GROUPS)) }]
}

const short = (value: number): string => String(Number(value.toPrecision(6)))

type Profile = {
  rows: number
  columns: { name: string }[]
  statistics: Record<string, NumberFigures>
  groups: readonly Group[]
  correlations: readonly { a: string; b: string; r: number }[]
  outliers: readonly { column: string; count: number }[]
  trends: readonly { column: string; over: string; slope: number; r2: number }[]
}

/** In words, without a model. */
function findingsOf({
  rows,
  columns,
  statistics,
  groups,
  correlations,
  outliers,
  trends,
}: Profile): string[] {
  const found = [`The table has ${rows} rows and ${columns.length} columns.`]
  for (const [name, { count, mean, median, min, max, missing }] of Object.entries(statistics).slice(0, 10))
    if (count > 0)
      found.push(
        `${name}: from ${short(min)} to ${short(max)}, mean ${short(mean)}, median ${short(median)}${missing > 0 ? `; ${missing} missing` : ''}.`,
      )
  for (const { by, of, groups: list } of groups.slice(0, 3)) {
    const [top] = list
    if (top !== undefined)
      found.push(`By ${by}, ${of} is largest for ${top.value}: ${short(top.sum)} in ${top.count} rows.`)
  }
  for (const { a, b, r } of correlations.slice(0, 3))
    if (Math.abs(r) >= 0.5)
      found.push(`${a} and ${b} go ${r > 0 ? 'together' : 'against each other'} (r = ${short(r)}).`)
  for (const { column, count } of outliers.slice(0, 5)) found.push(`${column} has ${count} outliers.`)
  for (const { column, over, slope, r2 } of trends.slice(0, 3))
    found.push(
      `Over ${over}, ${column} ${slope >= 0 ? 'rises' : 'falls'} by ${short(Math.abs(slope))} a day (r² = ${short(r2)}).`,
    )
  return found
}
