// The ways to lose a server: only its serving process (the runtime stays), everything, or only the runtime. After
// each it serves again.
import { type Installation, kill } from './installation.ts'

type Killer = {
  what: string
  /** Kills the installation and returns the one that serves afterwards. */
  strike: (running: Installation, restart: () => Promise<Installation>) => Promise<Installation>
}

const KILLERS: Killer[] = [
  {
    what: 'the serving process',
    strike: async (running, restart) => {
      kill(running.owner().pid)
      await running.ended
      return restart()
    },
  },
  {
    what: 'the whole group',
    strike: async (running, restart) => {
      kill(running.npm.pid, true)
      await running.ended
      return restart()
    },
  },
  {
    what: 'the runtime',
    strike: async (running, restart) => {
      kill(running.owner().runtime?.pid)
      await running.ended
      return restart()
    },
  },
]

/** A different one each round. */
export const killerOf = (round: number): Killer => KILLERS[round % KILLERS.length] as Killer
