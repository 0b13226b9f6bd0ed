// The console as files: its page and, under assets/, what the page loads, named by the hash of what is in it.
import { join } from 'node:path'
import { inRoot } from '../server/paths.ts'

/** What a change of makes a new build; its packages change with the lock. */
export const CONSOLE_SOURCES = [
  'console/index.html',
  'console/package.json',
  'console/src',
  'console/vite.config.ts',
  'package-lock.json',
  'scripts/console/build.ts',
]

export async function buildConsole(dir: string): Promise<void> {
  // Loaded only to build: a start that finds its build does not wait for it.
  const { build } = await import('vite')
  // Under vitest it says `test`, for which React would be built to be debugged, and the build is kept for everybody.
  const environment = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    await build({
      root: inRoot('console'),
      configFile: inRoot('console/vite.config.ts'),
      logLevel: 'error',
      build: { outDir: join(dir, 'console'), emptyOutDir: false },
    })
  } finally {
    if (environment === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = environment
  }
}
