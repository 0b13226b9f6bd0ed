// Splits the API document: one document per group of operations, with only the schemas that it needs.

type Operation = { operationId: string; summary: string; tags: string[]; deprecated?: boolean }
type Schemas = Record<string, unknown>

export type Contract = {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Schemas; [other: string]: unknown }
  [other: string]: unknown
}

export type Listed = { method: string; path: string; summary: string; id: string }

export const operationsOf = ({ paths }: Contract, tag: string): Listed[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { tags }]) => tags.includes(tag))
      .map(([method, { summary, operationId }]) => ({ method, path, summary, id: operationId })),
  )

/** The link to an operation, in the form that the viewer uses. */
export const routeOf = ({ method, path }: Pick<Listed, 'method' | 'path'>): string =>
  `#?route=${method}-${path.replace(/[\s#:?&={}-]+/g, '-')}`

export function partOf(contract: Contract, tag: string): Contract {
  const paths: Contract['paths'] = {}
  for (const { method, path } of operationsOf(contract, tag)) {
    const operation = contract.paths[path]?.[method]
    if (operation) paths[path] = { ...paths[path], [method]: operation }
  }
  return {
    ...contract,
    tags: contract.tags.filter(({ name }) => name === tag),
    paths,
    components: { ...contract.components, schemas: schemasFor(paths, contract.components.schemas) },
  }
}

/** All referenced schemas, directly and indirectly. */
function schemasFor(value: unknown, schemas: Schemas): Schemas {
  const found: Schemas = {}
  const waiting = namesIn(value)
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (name in found || !(name in schemas)) continue
    found[name] = schemas[name]
    waiting.push(...namesIn(schemas[name]))
  }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

const namesIn = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
