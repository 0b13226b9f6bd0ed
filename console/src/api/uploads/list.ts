// The uploads of this tab. It is small, because every page shows whether there are any. `queue.ts` sends them.
import type { Upload } from './model.ts'

let uploads: readonly Upload[] = []
const listeners = new Set<() => void>()

export const uploadList = (): readonly Upload[] => uploads

export function setUploads(next: readonly Upload[]): void {
  uploads = next
  for (const listener of listeners) listener()
}

export function changeUpload(id: number, change: Partial<Upload>): void {
  setUploads(uploads.map((one) => (one.id === id ? { ...one, ...change } : one)))
}

export function onUploadsChange(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
