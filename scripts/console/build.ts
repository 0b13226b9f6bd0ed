// Builds the console: its page, and the files that it loads under assets/, each named by the hash of its content.
import { join } from 'node:path'
import { inRoot } from '../server/paths.ts'

/** A change of these causes a new build. The console's packages change with the lock file. */
export const CONSOLE_SOURCES = [
  'console/index.html',
  'console/package.json',
  'console/src',
  'console/vite.config.ts',
  'package-lock.json',
  'scripts/console/build.ts',
]

export async function buildConsole(dir: string): Promise<void> {
  // Only loaded to build, so a start with an existing build does not wait for it.
  const { build } = await import('vite')
  // Under vitest, this is `test`, and React would be built in its debugging form. The build is cached for every later
  // use.
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
