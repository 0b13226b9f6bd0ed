// Puts our implementation of D1 behind the runtime's own D1 client. Miniflare loads this file by its path.
import { mkdirSync, readFileSync } from 'node:fs'
import type { Plugin } from 'miniflare'
import { inRoot } from '../paths.ts'

const NAME = 'orrery-d1'
const STORAGE = `${NAME}:storage`
const CLASS = 'D1DatabaseObject'
const CLIENT = `${NAME}:client`
/** Miniflare's key. It is part of the files' names and of the ids. */
export const DATABASES = `miniflare-${CLASS}`

const read = (file: string): string => readFileSync(inRoot(`scripts/server/d1/${file}`), 'utf8')

type Options = { id: string; folder: string }

/** The bindings of the databases in wrangler.toml, with their files under `folder`. */
export const d1Bindings = (databases: Record<string, { id: string }>, folder: string) =>
  Object.entries(databases).map(([name, { id }]) => ({
    name,
    type: NAME,
    plugin: { package: import.meta.filename, name: NAME },
    options: { id, folder } satisfies Options,
  }))

function ours(config: { env?: Record<string, unknown> | undefined }): [string, Options][] {
  const bindings = Object.entries(config.env ?? {}) as [string, { type: string; dev: { options: Options } }][]
  return bindings
    .filter(([, { type }]) => type === `unsafe:${NAME}`)
    .map(([name, { dev }]) => [name, dev.options])
}

const plugin: Plugin = {
  getBindings: ({ config }) =>
    ours(config).map(([name, { id }]) => ({
      name,
      wrapped: {
        moduleName: CLIENT,
        innerBindings: [
          { name: 'databases', durableObjectNamespace: { className: CLASS, serviceName: NAME } },
          { name: 'id', text: id },
        ],
      },
    })),
  getNodeBindings: () => ({}),
  getExtensions: () => [{ modules: [{ name: CLIENT, internal: true, esModule: read('client.worker.js') }] }],
  getServices: ({ options }) => {
    const folder = ours(options.config)[0]?.[1].folder
    if (folder === undefined) return []
    mkdirSync(folder, { recursive: true })
    return [
      { name: STORAGE, disk: { path: folder, writable: true } },
      {
        name: NAME,
        worker: {
          compatibilityDate: '2026-08-01',
          // Like D1, `sql.prepare` rejects more than one statement. It needs this flag.
          compatibilityFlags: ['experimental'],
          modules: [
            {
              name: 'database.worker.js',
              esModule: read('database.worker.js'),
            },
          ],
          durableObjectNamespaces: [{ className: CLASS, uniqueKey: DATABASES }],
          durableObjectStorage: { localDisk: STORAGE },
        },
      },
    ]
  },
}

export const plugins = { [NAME]: plugin }
