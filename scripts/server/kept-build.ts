// Builds are cached by the hash of their sources. Several processes may build at the same time: each builds in its own folder, and the first to
// finish renames its folder to the final name.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inRoot } from './paths.ts'

const KEEP_UNUSED_MS = 7 * 86_400_000

/** `<folder>/<hash>`. Calls `build` if it does not exist yet. */
export async function keptBuild(
  folder: string,
  sources: string[],
  build: (dir: string) => Promise<void>,
): Promise<string> {
  const dir = inRoot(folder, hashOf(sources))
  if (!existsSync(dir)) {
    const unfinished = `${dir}.${process.pid}`
    await mkdir(inRoot(folder), { recursive: true })
    try {
      await build(unfinished)
      renameSync(unfinished, dir)
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true })
      // Another process may have built the same sources in the meantime.
      if (!existsSync(dir)) throw error
    }
    removeUnused(folder, dir)
  }
  const now = new Date()
  utimesSync(dir, now, now)
  return dir
}

/** The folder of a finished build, or null. */
export function findBuild(folder: string, sources: string[]): string | null {
  const dir = inRoot(folder, hashOf(sources))
  return existsSync(dir) ? dir : null
}

function hashOf(paths: string[]): string {
  const hash = createHash('sha256').update(process.version)
  const add = (path: string) => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name))
    } else {
      hash.update(path).update('\0').update(readFileSync(path)).update('\0')
    }
  }
  for (const path of paths) add(inRoot(path))
  return hash.digest('hex').slice(0, 16)
}

function removeUnused(folder: string, keep: string): void {
  for (const name of readdirSync(inRoot(folder))) {
    const path = inRoot(folder, name)
    const usedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (path !== keep && usedAt < Date.now() - KEEP_UNUSED_MS) rmSync(path, { recursive: true, force: true })
  }
}
