import { useQueries } from '@tanstack/react-query'
import { call } from '../../../api/client.ts'
import { FILE_FIELDS } from '../../files/index.ts'
import { useUploads } from '../../uploads/index.ts'
import type { FilePart } from '../model/message.ts'

const Files = FILE_FIELDS.many
type Reference = { $file: string }

type Props = {
  files: readonly FilePart[]
  onChange: (files: FilePart[]) => void
}

const PREFIX = '/api/v1/files/'
const idOf = ({ url }: FilePart): string => url.slice(PREFIX.length).split('/')[0] ?? ''
const partOf = (id: string): FilePart => ({
  type: 'file',
  mediaType: 'application/octet-stream',
  url: `${PREFIX}${id}/content`,
})

/** Files of the team that go with the question: chosen, dropped or uploaded. */
export const Attachments = ({ files, onChange }: Props) => (
  <Files
    label="Attached files"
    help="Texts up to 1 MB, images and other files up to 10 MB, 20 files at most."
    required={false}
    value={files.map((part): Reference => ({ $file: idOf(part) }))}
    onChange={(value) => {
      const chosen = (Array.isArray(value) ? value : []) as Reference[]
      onChange(chosen.map(({ $file }) => files.find((part) => idOf(part) === $file) ?? partOf($file)))
    }}
  />
)

/** A question is not sent before its files have arrived. */
export const useIsUploading = (): boolean =>
  useUploads().some(({ state }) => state === 'waiting' || state === 'sending')

/** With the names of the files, which the question shows before it is stored. */
export function useNamedFiles(files: readonly FilePart[]): FilePart[] {
  const found = useQueries({
    queries: files.map((part) => ({
      queryKey: ['files', 'name', idOf(part)],
      staleTime: 60_000,
      queryFn: () => call('GET /files/{id}', { params: { id: idOf(part) } }),
    })),
  })
  return files.map((part, at) => {
    const file = found[at]?.data
    return file ? { ...part, filename: file.name, mediaType: file.contentType } : part
  })
}
