// The sources for the layer rules: the imports of each file, and its code without comments and texts.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { inRoot, ROOT } from '../../../scripts/server/paths.ts'
import { codeOf } from './code.ts'

export type Source = {
  /** Relative to the root, with slashes. */
  path: string
  /** Files of this repository. */
  imports: string[]
  /** Packages and modules of the runtime. */
  packages: string[]
  /** With comments, texts and regular expressions blanked. */
  code: string
}

export const readSources = (...folders: string[]): Source[] =>
  folders.flatMap((folder) =>
    readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
      .filter(
        (name) =>
          /\.tsx?$/.test(name) && !name.endsWith('.d.ts') && !/(?:^|\/)(?:node_modules|dist)\//.test(name),
      )
      .map((name) => readSource(join(inRoot(folder), name))),
  )

function readSource(file: string): Source {
  const text = readFileSync(file, 'utf8')
  const specifiers = importsOf(text)
  const local = specifiers.filter((one) => one.startsWith('.'))
  return {
    path: relative(ROOT, file),
    imports: local.map((one) => relative(ROOT, resolve(dirname(file), one))),
    packages: specifiers.filter((one) => !one.startsWith('.')),
    code: codeOf(text),
  }
}

const STATEMENT = /^[ \t]*(?:import|export)\b[^'"`;=()]*?\bfrom\s*['"]([^'"]+)['"]/gm
const SIDE_EFFECT = /^[ \t]*import\s*['"]([^'"]+)['"]/gm
const CALL = /\bimport\s*\(\s*['"]([^'"]+)['"]/g

/** Imports of values and types: static, re-exported and through `import(…)`. */
export const importsOf = (text: string): string[] =>
  [STATEMENT, SIDE_EFFECT, CALL].flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => String(match[1])),
  )

/** The groups of files that import each other in a cycle. */
export function findCycles(sources: Pick<Source, 'path' | 'imports'>[]): string[][] {
  const bySource = new Map(sources.map((source) => [source.path, source.imports]))
  const order = new Map<string, { index: number; low: number; open: boolean }>()
  const stack: string[] = []
  const cycles: string[][] = []
  const visit = (path: string): { index: number; low: number; open: boolean } => {
    const state = { index: order.size, low: order.size, open: true }
    order.set(path, state)
    stack.push(path)
    for (const next of bySource.get(path) ?? []) {
      const seen = order.get(next)
      if (seen === undefined) state.low = Math.min(state.low, visit(next).low)
      else if (seen.open) state.low = Math.min(state.low, seen.index)
    }
    if (state.low === state.index) {
      const cycle = stack.splice(stack.indexOf(path))
      for (const one of cycle) {
        const member = order.get(one)
        if (member) member.open = false
      }
      if (cycle.length > 1 || bySource.get(path)?.includes(path)) cycles.push(cycle)
    }
    return state
  }
  for (const { path } of sources) if (!order.has(path)) visit(path)
  return cycles
}
