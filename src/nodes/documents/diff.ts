// Computes a unified diff by lines. The common beginning and end are skipped first, which limits the work for long texts.

const MAX_CELLS = 4_000_000
const CONTEXT = 3

type Op = { sign: ' ' | '-' | '+'; line: string }

export function unifiedDiff(before: string, after: string, name: string): string {
  if (before === after) return ''
  const [a, b] = [before.split('\n'), after.split('\n')]
  const ops = opsOf(a, b)
  const lines = [`--- a/${name}`, `+++ b/${name}`]
  let [oldLine, newLine] = [1, 1]
  for (let at = 0; at < ops.length; ) {
    if (ops[at]?.sign === ' ') {
      at++
      oldLine++
      newLine++
      continue
    }
    const from = Math.max(0, at - CONTEXT)
    let to = at
    for (let quiet = 0, n = at; n < ops.length && quiet <= 2 * CONTEXT; n++) {
      if (ops[n]?.sign === ' ') quiet++
      else {
        quiet = 0
        to = n
      }
    }
    const hunk = ops.slice(from, Math.min(ops.length, to + 1 + CONTEXT))
    const olds = hunk.filter(({ sign }) => sign !== '+').length
    const news = hunk.filter(({ sign }) => sign !== '-').length
    lines.push(`@@ -${oldLine - (at - from)},${olds} +${newLine - (at - from)},${news} @@`)
    for (const { sign, line } of hunk) lines.push(`${sign}${line}`)
    for (; at < from + hunk.length; at++) {
      if (ops[at]?.sign !== '+') oldLine++
      if (ops[at]?.sign !== '-') newLine++
    }
  }
  return `${lines.join('\n')}\n`
}

function opsOf(a: readonly string[], b: readonly string[]): Op[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end])
    end++
  const same = (line: string): Op => ({ sign: ' ', line })
  const [x, y] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  return [...a.slice(0, start).map(same), ...middle(x, y), ...a.slice(a.length - end).map(same)]
}

function middle(a: readonly string[], b: readonly string[]): Op[] {
  const all = (): Op[] => [
    ...a.map((line): Op => ({ sign: '-', line })),
    ...b.map((line): Op => ({ sign: '+', line })),
  ]
  if (a.length * b.length > MAX_CELLS || a.length === 0 || b.length === 0) return all()
  const width = b.length + 1
  const longest = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      longest[i * width + j] =
        a[i] === b[j]
          ? (longest[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(longest[(i + 1) * width + j] ?? 0, longest[i * width + j + 1] ?? 0)
  const ops: Op[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      ops.push({ sign: ' ', line: a[i] ?? '' })
      i++
      j++
    } else if (
      i < a.length &&
      (j === b.length || (longest[(i + 1) * width + j] ?? 0) >= (longest[i * width + j + 1] ?? 0))
    )
      ops.push({ sign: '-', line: a[i++] ?? '' })
    else ops.push({ sign: '+', line: b[j++] ?? '' })
  }
  return ops
}
