// npm run size: the upload size and the start-up time of each Worker. Fails above this project's limit (Cloudflare allows 3 MB free and 10 MB paid).
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildBundle, MODELS, ORRERY, type Project } from './server/bundle.ts'
import { inRoot, ROOT } from './server/paths.ts'
import { wranglerCommand, wranglerEnvironment } from './server/wrangler.ts'

const LIMIT_GZIP_BYTES = 1024 * 1024

let isTooLarge = false
for (const project of [ORRERY, MODELS]) {
  const bundle = await buildBundle(project)
  const sizes = bundle.modules.map(({ path }) => {
    const content = readFileSync(path)
    return { name: path.slice(bundle.dir.length + 1), raw: content.length, gzip: gzipSync(content).length }
  })
  const total = {
    name: 'total',
    raw: sum(sizes.map(({ raw }) => raw)),
    gzip: sum(sizes.map(({ gzip }) => gzip)),
  }
  console.log(project.config)
  for (const { name, raw, gzip } of [...sizes, total])
    console.log(`${name.slice(-40).padEnd(42)}${kib(raw)} minified ${kib(gzip)} gzip`)
  const startMs = startupMs(project).toFixed(0).padStart(9)
  console.log(`start-up${' '.repeat(34)}${startMs} ms of processor time on this machine`)
  if (total.gzip > LIMIT_GZIP_BYTES) {
    console.error(
      `The Worker is ${kib(total.gzip - LIMIT_GZIP_BYTES).trim()} over its limit of ${kib(LIMIT_GZIP_BYTES).trim()} gzip.`,
    )
    isTooLarge = true
  }
}
if (isTooLarge) process.exit(1)

/** Wrangler profiles the global scope of the Worker. Everything except idle time counts. */
function startupMs({ config }: Project): number {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-size-'))
  const outfile = join(dir, 'startup.cpuprofile')
  const [command, ...first] = wranglerCommand()
  try {
    execFileSync(
      command,
      [...first, 'check', 'startup', `--args=--minify --config ${inRoot(config)}`, '--outfile', outfile],
      {
        cwd: ROOT,
        env: wranglerEnvironment(),
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    )
    const profile = JSON.parse(readFileSync(outfile, 'utf8')) as Profile
    const idle = new Set(
      profile.nodes.filter((node) => node.callFrame.functionName === '(idle)').map((node) => node.id),
    )
    return sum(profile.timeDeltas.filter((_, index) => !idle.has(profile.samples[index] as number))) / 1000
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

type Profile = {
  nodes: { id: number; callFrame: { functionName: string } }[]
  samples: number[]
  timeDeltas: number[]
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

function kib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1).padStart(8)} KiB`
}
