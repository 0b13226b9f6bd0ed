import { useMutation } from '@tanstack/react-query'
import { download } from '../../api/client.ts'
import { Button, type ButtonProps } from '../../ui/kit/button.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { baseOf } from './model/names.ts'
import type { StoredFile } from './queries.ts'

type Props = Omit<ButtonProps, 'children' | 'onClick'> & { file: StoredFile; version?: number }

export function DownloadButton({ file, version, ...button }: Props) {
  const get = useMutation({
    mutationFn: async () => {
      const query = version === undefined ? {} : { query: { version } }
      const bytes = await download('GET /files/{id}/content', { params: { id: file.id }, ...query })
      saveFile(bytes, baseOf(file.name))
    },
  })
  return (
    <Button foldsText icon="download" {...button} busy={get.isPending} onClick={() => get.mutate()}>
      Download
    </Button>
  )
}
