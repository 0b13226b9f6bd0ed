import type { FieldProblem } from '../../../api/problem.ts'
import { CheckField, SelectField } from '../../../ui/kit/field.tsx'
import { Skeleton } from '../../../ui/kit/page.tsx'
import { errorAt, type ToolUse } from '../model/form.ts'
import { type AgentTool, useAgentTools } from '../queries.ts'
import styles from './form.module.css'
import { ToolSettings } from './tool-settings.tsx'

type Props = {
  tools: readonly ToolUse[]
  errors: readonly FieldProblem[]
  onChange: (tools: ToolUse[]) => void
}

/** What the agent may use. A tool that is not chosen does not exist for it. */
export function ToolsField({ tools, errors, onChange }: Props) {
  const known = useAgentTools().data
  if (!known) return <Skeleton rows={6} height={28} />
  // An agent may have a tool that this installation does not.
  const unknown = tools.filter(({ name }) => !known.some((one) => one.name === name))
  const set = (name: string, next: ToolUse | null) =>
    onChange(
      next === null
        ? tools.filter((one) => one.name !== name)
        : tools.some((one) => one.name === name)
          ? tools.map((one) => (one.name === name ? next : one))
          : [...tools, next],
    )
  return (
    <ul className={styles.tools}>
      {[
        ...known,
        ...unknown.map(({ name }) => ({ name, description: 'This tool does not exist.', config: {} })),
      ].map((tool) => {
        const at = tools.findIndex(({ name }) => name === tool.name)
        return (
          <ToolRow
            key={tool.name}
            tool={tool}
            use={tools[at] ?? null}
            path={`/tools/${at}`}
            errors={at < 0 ? [] : errors}
            onChange={(next) => set(tool.name, next)}
          />
        )
      })}
    </ul>
  )
}

type RowProps = {
  tool: Pick<AgentTool, 'name' | 'description' | 'config'>
  use: ToolUse | null
  path: string
  errors: readonly FieldProblem[]
  onChange: (use: ToolUse | null) => void
}

function ToolRow({ tool, use, path, errors, onChange }: RowProps) {
  const isOwnError = (one: FieldProblem) => one.path === path || one.path === `${path}/name`
  const own = errors.find(isOwnError)?.message
  return (
    <li data-on={use !== null}>
      <CheckField
        label={<span className="mono">{tool.name}</span>}
        help={tool.description}
        checked={use !== null}
        onChange={(event) => onChange(event.target.checked ? { name: tool.name, policy: 'allow' } : null)}
      />
      {own !== undefined && <p className={styles.error}>{own}</p>}
      {use !== null && (
        <div className={styles.toolSettings}>
          <SelectField
            label={`Grant of ${tool.name}`}
            value={use.policy ?? 'allow'}
            error={errorAt(errors, `${path}/policy`)}
            onChange={(event) => {
              const policy = event.target.value as 'allow' | 'ask' | 'deny'
              const { allowSelf, ...rest } = use
              onChange({ ...rest, policy, ...(policy === 'ask' && allowSelf ? { allowSelf } : {}) })
            }}
          >
            <option value="allow">Use it without asking</option>
            <option value="ask">Ask for an approval before each use</option>
            <option value="deny">Hide it from the model</option>
          </SelectField>
          {use.policy === 'ask' && (
            <CheckField
              label="The person who asks may approve"
              help="Otherwise somebody else in the team has to, unless nobody else could."
              checked={use.allowSelf ?? false}
              onChange={(event) => onChange({ ...use, allowSelf: event.target.checked })}
            />
          )}
          <ToolSettings
            schema={tool.config}
            value={use.config ?? {}}
            errorOf={(name) => errorAt(errors, `${path}/config/${name}`)}
            onChange={(config) => {
              const { config: _, ...rest } = use
              onChange(Object.keys(config).length === 0 ? rest : { ...rest, config })
            }}
          />
        </div>
      )}
    </li>
  )
}
