// The existing npm workspaces: the console, and the published packages in packages/.
import { existsSync, globSync, readFileSync } from 'node:fs'
import { inRoot, ROOT } from './server/paths.ts'

/** Their folders from the root, such as `packages/client`. */
export function workspaces(): string[] {
  const { workspaces: patterns } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8')) as {
    workspaces: string[]
  }
  return globSync(patterns, { cwd: ROOT })
    .map((folder) => folder.replaceAll('\\', '/'))
    .filter((folder) => existsSync(inRoot(folder, 'package.json')))
    .sort()
}
