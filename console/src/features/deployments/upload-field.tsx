import { useEffect, useState, useSyncExternalStore } from 'react'
import { onUploadsChange, uploadList } from '../../api/uploads/list.ts'
import { progressOf } from '../../api/uploads/model.ts'
import { addUploads, cancelUpload } from '../../api/uploads/queue.ts'
import type { Dropped } from '../../ui/dropped.ts'
import { bytes, plural } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { DropZone, FilesButton } from '../../ui/kit/drop-zone.tsx'
import styles from './form.module.css'
import { folderFor, sourceFor } from './model/upload.ts'

type Props = {
  project: string
  /** Called when all files are there. */
  onSource: (source: ReturnType<typeof sourceFor>) => void
  onBusy: (isBusy: boolean) => void
}

/** A zip, or a folder with everything in it. The files become files of the team. */
export function UploadField({ project, onSource, onBusy }: Props) {
  const uploads = useSyncExternalStore(onUploadsChange, uploadList)
  const [own, setOwn] = useState<{ ids: number[]; source: ReturnType<typeof sourceFor> } | null>(null)
  const ours = uploads.filter(({ id }) => own?.ids.includes(id))
  const { open, stuck, sentBytes, totalBytes } = progressOf(ours)
  const isDone = own !== null && open === 0 && stuck === 0
  useEffect(() => {
    if (own === null) return
    onBusy(!isDone)
    if (isDone) {
      onSource(own.source)
      setOwn(null)
    }
  }, [own, isDone, onBusy, onSource])
  // With another source, the form does not wait for these files. They still become files of the team.
  useEffect(() => () => onBusy(false), [onBusy])
  function add(files: Dropped[]) {
    const folder = folderFor(project, new Date())
    setOwn({ ids: addUploads(files, folder, 'version'), source: sourceFor(files, folder) })
  }
  function stop() {
    for (const { id } of ours) cancelUpload(id)
    onBusy(false)
    setOwn(null)
  }
  return (
    <DropZone invitation="Drop a zip or a folder to upload it" onFiles={add} className={styles.drop}>
      {own === null ? (
        <>
          <span className="dim">Drop a zip or a folder here, or</span>
          <FilesButton size="small" multiple={false} accept=".zip,application/zip" onFiles={add}>
            Upload a zip
          </FilesButton>
        </>
      ) : (
        <>
          <span role="status">
            {stuck > 0
              ? `${plural(stuck, 'file')} could not be sent. The list of uploads says why.`
              : `Sending ${plural(ours.length, 'file')}: ${bytes(sentBytes)} of ${bytes(totalBytes)}`}
          </span>
          <Button size="small" onClick={stop}>
            Stop
          </Button>
        </>
      )}
    </DropZone>
  )
}
