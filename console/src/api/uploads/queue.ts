// Sends the uploads of this tab, some at a time, while people go from page to page. Invariants:
// 1. An upload goes to the team it was added for, and ends with the session of the person who added it.
// 2. The tab asks before it closes while something is being sent.
import { newIdempotencyKey } from '../client.ts'
import { asProblem } from '../problem.ts'
import { currentUser, onSessionChange } from '../session.ts'
import { currentTeam } from '../team.ts'
import { changeUpload, setUploads, uploadList } from './list.ts'
import { isClutter, nameIn, nextUploads, type OnConflict, type Picked, type Upload } from './model.ts'
import { giveUp, NameTaken, sendFile } from './send.ts'

type Work = { file: File; stop: AbortController; key: string }

const works = new Map<number, Work>()
let lastId = 0
let owner: string | null = null

/** Adds files below a folder, and returns their numbers in the list. */
export function addUploads(
  picked: readonly Picked[],
  folder: string,
  onConflict: OnConflict = 'refuse',
): number[] {
  owner = currentUser()?.user.id ?? null
  const added = picked
    .filter(({ path }) => !isClutter(path))
    .map(({ file, path }): Upload => {
      const id = ++lastId
      works.set(id, { file, stop: new AbortController(), key: newIdempotencyKey() })
      return {
        ...{ id, name: nameIn(folder, path), sizeBytes: file.size, team: currentTeam(), onConflict },
        ...{ state: 'waiting', sentBytes: 0, isUnchanged: false, fileId: null, problem: null },
      }
    })
  setUploads([...uploadList(), ...added])
  startNext()
  return added.map(({ id }) => id)
}

function startNext(): void {
  for (const upload of nextUploads(uploadList())) {
    changeUpload(upload.id, { state: 'sending', problem: null })
    void send(upload)
  }
  const isBusy = uploadList().some(({ state }) => state === 'waiting' || state === 'sending')
  if (isBusy) addEventListener('beforeunload', askFirst)
  else removeEventListener('beforeunload', askFirst)
}

const askFirst = (event: BeforeUnloadEvent): void => event.preventDefault()

async function send(upload: Upload): Promise<void> {
  const { id, name, team, onConflict } = upload
  const work = works.get(id)
  if (work === undefined) return
  const { file, key, stop } = work
  try {
    const onProgress = (sentBytes: number) => changeUpload(id, { sentBytes: Math.min(sentBytes, file.size) })
    const sent = await sendFile({ file, name, team, onConflict, key, signal: stop.signal, onProgress })
    works.delete(id)
    changeUpload(id, { state: 'done', ...sent })
  } catch (error) {
    if (stop.signal.aborted) return
    changeUpload(
      id,
      error instanceof NameTaken ? { state: 'taken' } : { state: 'failed', problem: asProblem(error) },
    )
  } finally {
    startNext()
  }
}

/** Sends it again. What has arrived of it stays there. */
export function retryUpload(id: number): void {
  changeUpload(id, { state: 'waiting', problem: null })
  startNext()
}

/** The answer to a name that is taken. */
export function answerTaken(ids: readonly number[], onConflict: OnConflict): void {
  for (const id of ids) {
    const work = works.get(id)
    // Another decision is another upload.
    if (work !== undefined) works.set(id, { ...work, key: newIdempotencyKey() })
    changeUpload(id, { state: 'waiting', onConflict, sentBytes: 0 })
  }
  startNext()
}

/** Stops an upload, deletes what has arrived of it, and removes it from the list. */
export function cancelUpload(id: number): void {
  const upload = uploadList().find((one) => one.id === id)
  const work = works.get(id)
  works.delete(id)
  setUploads(uploadList().filter((one) => one.id !== id))
  if (upload === undefined || work === undefined) return
  work.stop.abort()
  const { file, key } = work
  const { name, team, onConflict } = upload
  void giveUp({ file, name, team, onConflict, key, signal: work.stop.signal, onProgress: () => undefined })
  startNext()
}

/** Removes all that are done. */
export const clearUploads = (): void => setUploads(uploadList().filter(({ state }) => state !== 'done'))

onSessionChange(() => {
  if (uploadList().length === 0 || currentUser()?.user.id === owner) return
  for (const { stop } of works.values()) stop.abort()
  works.clear()
  setUploads([])
  startNext()
})
