import type { Env as OrreryEnv } from '../src/env.ts'

declare global {
  namespace Cloudflare {
    interface Env extends OrreryEnv {}
    interface GlobalProps {
      mainModule: typeof import('../src/index.ts')
    }
  }
}
