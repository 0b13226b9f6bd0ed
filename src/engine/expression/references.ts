import type { CompiledParams } from './params.ts'
import type { Template } from './template.ts'

/** What a template reads, for the checks against the graph. */
export type TemplateReferences = {
  nodes: { id: string; column: number }[]
  usesPrev: boolean
  /** `item` or `index`: only nodes with `each`, and data nodes, have them. */
  usesItem: boolean
  /** `nodes` in any form whose node is not known before evaluation, such as `nodes[input.which]`. */
  usesNodesDynamically: boolean
  names: string[]
}

export function templateReferences(template: Template): TemplateReferences {
  const { nodes, names, usesNodesDynamically } = template.references
  return {
    nodes: nodes.slice(),
    usesPrev: names.has('prev'),
    usesItem: names.has('item') || names.has('index'),
    usesNodesDynamically,
    names: [...names],
  }
}

/** The references of each string among the parameters that contains an expression. */
export const paramsReferences = (
  compiled: Pick<CompiledParams, 'templates'>,
): ({ path: string } & TemplateReferences)[] =>
  compiled.templates.map(({ path, template }) => ({ path, ...templateReferences(template) }))
