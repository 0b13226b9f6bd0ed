import type { RequestContext } from '../../context.ts'
import type { StorageDelete } from '../../queue/messages/storage.ts'

/** It can be repeated at any point: deleting what no longer exists is not an error. */
export async function deleteStored(
  request: RequestContext,
  message: Pick<StorageDelete, 'keys' | 'prefixes'>,
): Promise<void> {
  const bucket = request.env.FILES
  if (message.keys.length > 0) await bucket.delete(message.keys)
  for (const prefix of message.prefixes) {
    let more = true
    while (more) {
      const page = await bucket.list({ prefix, limit: 1000 })
      if (page.objects.length > 0) await bucket.delete(page.objects.map((object) => object.key))
      more = page.truncated
    }
  }
}
