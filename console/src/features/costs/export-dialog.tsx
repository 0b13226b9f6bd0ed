import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { download } from '../../api/client.ts'
import { serverNow } from '../../api/clock.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { saveFile } from '../../ui/save-file.ts'
import { periodName } from './model/days.ts'
import { fieldsOf, queryOf, type RowSearch } from './model/filter.ts'
import { ENDINGS, FORMAT_LABELS, type Format } from './model/formats.ts'

type Props = { filter: RowSearch; initialKind: 'costs' | 'usage'; onClose: () => void }

/** A file with all rows that match, not only with the loaded ones. */
export function ExportDialog({ filter, initialKind, onClose }: Props) {
  const [kind, setKind] = useState(initialKind)
  const [format, setFormat] = useState<Format>('csv')
  const query = queryOf(filter, serverNow())
  const isUsage = kind === 'usage'
  const fetchFile = useMutation({
    meta: { quiet: true },
    mutationFn: () =>
      isUsage
        ? download('GET /usage/export', { query: { ...query, format: format === 'focus' ? 'csv' : format } })
        : download('GET /costs/export', { query: { ...query, format } }),
    onSuccess: (file) => {
      saveFile(file, `${kind}-${query.from}-${query.to}.${ENDINGS[format]}`)
      onClose()
    },
  })
  const fields = Object.keys(fieldsOf(filter)).length
  return (
    <Dialog
      title="Export"
      about={`All rows of ${periodName(query)}${fields > 0 ? ` that match the ${fields === 1 ? 'filter' : 'filters'}` : ''}.`}
      onClose={onClose}
      onSubmit={() => fetchFile.mutate()}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" icon="download" busy={fetchFile.isPending}>
            Download
          </Button>
        </>
      }
    >
      <SelectField
        label="What"
        value={kind}
        onChange={({ target }) => {
          setKind(target.value as 'costs')
          if (target.value === 'usage' && format === 'focus') setFormat('csv')
        }}
      >
        <option value="costs">Costs</option>
        <option value="usage">Usage: hours and quantities</option>
      </SelectField>
      <SelectField
        label="Format"
        value={format}
        help={
          filter.q || filter.currency
            ? 'The search and the currency do not apply to exports.'
            : 'Importing a CSV or JSON file again creates the same rows.'
        }
        onChange={({ target }) => setFormat(target.value as Format)}
      >
        {Object.entries(FORMAT_LABELS).map(([id, name]) =>
          isUsage && id === 'focus' ? null : (
            <option key={id} value={id}>
              {name}
            </option>
          ),
        )}
      </SelectField>
      {fetchFile.isError && <ProblemNote problem={asProblem(fetchFile.error)} />}
    </Dialog>
  )
}
