// npm run reset: deletes the local installation, so that the next start creates a new one.
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { stateDir, takeState } from './server/state.ts'

const dir = stateDir()
const OURS = ['v3', 'secrets.json', 'seeded.json', 'owner.json', 'lock.sqlite', 'lock.sqlite-journal', 'tmp']

try {
  if (!existsSync(dir)) {
    console.log(`There is no state in ${dir}.`)
  } else if (readdirSync(dir).length > 0 && !OURS.some((name) => readdirSync(dir).includes(name))) {
    throw new Error(`${dir} does not look like a state folder, so nothing was removed.`)
  } else {
    // Taking ownership ends what a killed start left running, and fails while another process is the owner.
    const state = await takeState(dir)
    state.release()
    for (const name of OURS) rmSync(state.file(name), { recursive: true, force: true })
    if (readdirSync(dir).length === 0) rmSync(dir, { recursive: true })
    console.log(`Removed the state in ${dir}.`)
  }
} catch (error) {
  console.error((error as Error).message)
  process.exit(1)
}
