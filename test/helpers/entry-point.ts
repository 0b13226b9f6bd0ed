// Each call of a Durable Object and each batch of the queue imports the entry point of the Worker. The test plugin resolves its path and asks
// Vite whether it has changed each time: two questions to another process. During a run nothing changes, so the first answer is kept.
type Vitest = {
  __vitest_mocker__: { moduleRunner: { import: (path: string) => Promise<unknown> } }
  __vitest_worker__: { config: { watch: boolean }; providedContext: { cloudflarePoolOptions: string } }
}

const patched = new WeakSet<object>()

export function importEntryPointOnce(): void {
  const { __vitest_mocker__, __vitest_worker__ } = globalThis as unknown as Vitest
  const { moduleRunner } = __vitest_mocker__
  if (__vitest_worker__.config.watch || patched.has(moduleRunner)) return
  patched.add(moduleRunner)
  const { main } = JSON.parse(__vitest_worker__.providedContext.cloudflarePoolOptions) as { main: string }
  const importAny = moduleRunner.import.bind(moduleRunner)
  let loaded: unknown
  moduleRunner.import = async (path) => {
    if (path !== main) return importAny(path)
    loaded ??= await importAny(path)
    return loaded
  }
}
