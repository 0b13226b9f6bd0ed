import { SelectField } from '../../ui/kit/field.tsx'
import { useVersions } from './queries.ts'
import { useRunView } from './run-view.ts'

export type Version = 'original' | 'current' | number

/** The version that a new run uses. A run of the draft uses its own definition. */
export function VersionField({ value, onChange }: { value: Version; onChange: (version: Version) => void }) {
  const { run } = useRunView()
  const versions = useVersions(run.workflowVersion === 0 ? null : run.workflowId).data?.items ?? []
  if (run.workflowVersion === 0) return <p className="faint">It uses the draft of this run.</p>
  const others = versions.filter(({ version, current }) => !current && version !== run.workflowVersion)
  return (
    <SelectField
      label="Version"
      value={String(value)}
      onChange={({ target }) => {
        const number = Number(target.value)
        onChange(Number.isNaN(number) ? (target.value as 'original' | 'current') : number)
      }}
    >
      <option value="current">
        The current one{versions.length > 0 && ` (${versions.find(({ current }) => current)?.version ?? ''})`}
      </option>
      <option value="original">The one that this run had ({run.workflowVersion})</option>
      {others.map(({ version, note }) => (
        <option key={version} value={version}>
          {version}
          {note && `: ${note}`}
        </option>
      ))}
    </SelectField>
  )
}
