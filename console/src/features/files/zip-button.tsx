import { useMutation } from '@tanstack/react-query'
import { download } from '../../api/client.ts'
import { Button, type ButtonProps } from '../../ui/kit/button.tsx'
import { saveFile } from '../../ui/save-file.ts'

type Props = Omit<ButtonProps, 'onClick'> & {
  /** Some files, or all below a folder. */
  choice: { ids: string[] } | { prefix: string }
  name: string
}

export function ZipButton({ choice, name, ...button }: Props) {
  const zip = useMutation({
    mutationFn: async () => saveFile(await download('POST /files/zip', { body: choice }), name),
  })
  return <Button icon="download" {...button} busy={zip.isPending} onClick={() => zip.mutate()} />
}
