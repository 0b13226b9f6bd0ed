// A graph of tasks as a Mermaid flowchart. Labels are quoted, and characters with a meaning in Mermaid become
// entities, so that no title can break out of its label.

type Graph = {
  nodes: readonly { id: string; title: string; status: string }[]
  edges: readonly { from: string; to: string; on: string; waived: boolean }[]
  criticalPath: readonly string[]
}

const MAX_LABEL = 60

const label = (title: string): string => {
  const short = title.length > MAX_LABEL ? `${title.slice(0, MAX_LABEL - 1)}…` : title
  return short.replace(/[^\p{L}\p{N} .,…-]/gu, (character) => `#${character.codePointAt(0)};`)
}

export function mermaidOf({ nodes, edges, criticalPath }: Graph): string {
  const names = new Map(nodes.map(({ id }, at) => [id, `t${at}`]))
  const lines = ['flowchart LR']
  for (const { id, title, status } of nodes) lines.push(`  ${names.get(id)}["${label(title)}<br/>${status}"]`)
  for (const { from, to, on, waived } of edges) {
    const [a, b] = [names.get(from), names.get(to)]
    if (a === undefined || b === undefined) continue
    lines.push(`  ${a} ${waived ? '-.->' : '-->'}${on === 'end' ? '|end|' : ''} ${b}`)
  }
  const critical = criticalPath.flatMap((id) => names.get(id) ?? [])
  if (critical.length > 0)
    lines.push('  classDef critical stroke-width:3px', `  class ${critical.join(',')} critical`)
  return `${lines.join('\n')}\n`
}
