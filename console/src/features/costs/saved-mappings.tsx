import { plural } from '../../ui/format/time.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { useDeleteMapping, useMappings } from './import-queries.ts'

/** What earlier imports have saved. Deleting one changes no imported row. */
export function SavedMappings() {
  const saved = useMappings().data ?? []
  const remove = useDeleteMapping()
  if (saved.length === 0) return null
  return (
    <details className="dim">
      <summary>{plural(saved.length, 'saved mapping')}</summary>
      <div className={sheet.scroll}>
        <table className={sheet.lines}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Columns</th>
              <th scope="col">Saved</th>
              <th scope="col">
                <span className="unseen">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {saved.map(({ name, columns, updatedAt }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{Object.values(columns).join(', ')}</td>
                <td>
                  <Ago at={updatedAt} />
                </td>
                <td>
                  <ConfirmButton
                    size="small"
                    question={`Delete the mapping ${name}?`}
                    about="Imported rows stay. The next file of this kind has to be mapped again."
                    verb="Delete the mapping"
                    onConfirm={() => remove.mutateAsync(name)}
                  >
                    Delete
                  </ConfirmButton>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
