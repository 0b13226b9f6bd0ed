// The files of a drop, a choice or the clipboard. Dropped folders are read with everything below them.

export type Dropped = { file: File; path: string }

/** Whether files are being dragged, and not a text or a link. */
export const hasFiles = (data: DataTransfer): boolean => data.types.includes('Files')

/** Call it during the event: the list is empty afterwards. */
export async function droppedFiles(data: DataTransfer): Promise<Dropped[]> {
  const entries = [...data.items].flatMap((item) => (item.kind === 'file' ? [item.webkitGetAsEntry()] : []))
  // Not every source of files has entries.
  if (entries.length === 0 || entries.includes(null)) return chosenFiles(data.files)
  return (await Promise.all(entries.map((entry) => below(entry as FileSystemEntry)))).flat()
}

export const chosenFiles = (files: Iterable<File> | null): Dropped[] =>
  [...(files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }))

async function below(entry: FileSystemEntry): Promise<Dropped[]> {
  const path = entry.fullPath.replace(/^\//, '')
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    )
    return [{ file, path }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: Dropped[] = []
  for (;;) {
    // A reader returns at most a hundred entries at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return found
    for (const one of some) found.push(...(await below(one)))
  }
}
