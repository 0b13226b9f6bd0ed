// The bare Worker, served as `npm start` serves ours: built, minified, on a direct socket. Ours is that of the engine's benchmark.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle, type Project } from '../../scripts/server/bundle.ts'
import { findPort } from '../../scripts/server/port.ts'
import { noteRuntimes, startRuntime } from '../../scripts/server/runtime.ts'
import { readOwner, takeState } from '../../scripts/server/state.ts'

const host = '127.0.0.1'

const BARE: Project = {
  config: 'bench/agents/bare.toml',
  sources: ['bench/agents/bare.ts', 'bench/agents/bare.toml', 'package-lock.json'],
  migrations: null,
  assets: false,
}

export type Bare = { port: number; pid: number; stop: () => Promise<void> }

export async function startBare(allowHosts: string): Promise<Bare> {
  const dir = mkdtempSync(join(tmpdir(), 'orrery-agents-bare-'))
  const state = await takeState(dir)
  const bundle = await buildBundle(BARE)
  const port = await findPort(0, host)
  const forgetRuntimes = noteRuntimes(state)
  const miniflare = startRuntime({
    state,
    bundle,
    host,
    port,
    settings: { OUTBOUND_ALLOW_HOSTS: allowHosts },
  })
  await miniflare.ready
  forgetRuntimes()
  const pid = readOwner(dir)?.runtime?.pid
  if (pid === undefined) throw new Error('The runtime was not noted')
  const stop = async () => {
    await miniflare.dispose()
    state.note({ runtime: null })
    state.release()
    rmSync(dir, { recursive: true, force: true })
  }
  return { port, pid, stop }
}
