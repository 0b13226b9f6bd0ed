// The pages of docs/reference, by file name.
import { definitionPage } from './definition.ts'
import { errorsPage } from './errors.ts'
import { eventsPage } from './events.ts'
import { nodesPage } from './nodes.ts'
import { triggersPage } from './triggers.ts'

export const referencePages = (): Record<string, string> => ({
  'definition.md': definitionPage(),
  'errors.md': errorsPage(),
  'events.md': eventsPage(),
  'nodes.md': nodesPage(),
  'triggers.md': triggersPage(),
})
