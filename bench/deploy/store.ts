// The store that both deploy to, in a separate process: `node bench/deploy/store.ts <folder>` prints its address.
import { createRequire } from 'node:module'
import { inRoot } from '../../scripts/server/paths.ts'

type Store = { run: () => Promise<{ port: number }> }
type Options = Record<string, unknown>

const S3rver = createRequire(inRoot('test/clients/package.json'))('@20minutes/s3rver') as new (
  options: Options,
) => Store
const store = new S3rver({
  ...{ address: '127.0.0.1', port: 0, silent: true, directory: process.argv[2] },
  configureBuckets: [{ name: 'bench', configs: [] }],
})
console.log(`http://127.0.0.1:${(await store.run()).port}`)
