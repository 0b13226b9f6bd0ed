import * as z from 'zod'
import { fromBase64Url, utf8 } from '../../core/crypto.ts'
import { effectNode, NodeFailure } from '../node.ts'
import { mainPort } from '../ports-of.ts'

export const fileWrite = effectNode({
  type: 'file.write',
  category: 'file',
  summary: 'Writes a file of the team.',
  params: z.strictObject({
    name: z
      .string()
      .min(1)
      .max(1_024)
      .describe(
        'The name, with `/` between folders, such as `reports/march.csv`. The extension determines the type.',
      ),
    content: z.unknown().describe('The content. Text is written unchanged, other values as JSON.'),
    encoding: z.enum(['text', 'base64']).optional().meta({
      description: 'With `base64`, the content is decoded first, for binary files.',
      default: 'text',
    }),
    onConflict: z.enum(['version', 'refuse', 'rename']).optional().meta({
      description:
        'How an existing file with that name is handled: `version` adds a version to it, `refuse` fails, `rename` uses the next free name.',
      default: 'version',
    }),
    tags: z.array(z.string().min(1).max(50)).max(20).optional().describe('Tags of the file.'),
  }),
  output: '`{ $file, name, type, sizeBytes, sha256 }`. A repeated attempt has no second effect.',
  example: { name: 'reports/{{ input.month }}.csv', content: '{{ input.table }}' },
  ports: mainPort,
  needsCredential: false,
  effectful: true,
  run: async ({ files }, { params, idempotencyKey }) => {
    const { name, content, encoding, onConflict, tags } = params
    const bytes = bytesOf(content, encoding ?? 'text')
    return {
      output: await files.write(
        {
          name,
          chunks: once(bytes),
          sizeBytes: bytes.length,
          ...(onConflict === undefined ? {} : { onConflict }),
          ...(tags === undefined ? {} : { tags }),
        },
        idempotencyKey,
      ),
    }
  },
})

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, undefined> {
  yield bytes
  return undefined
}

function bytesOf(content: unknown, encoding: 'text' | 'base64'): Uint8Array {
  const text = typeof content === 'string' ? content : (JSON.stringify(content, null, 2) ?? '')
  if (encoding === 'text') return utf8(text)
  try {
    return fromBase64Url(text)
  } catch {
    throw new NodeFailure({
      code: 'params.invalid',
      message: 'content: not base64',
      retryable: false,
    })
  }
}
