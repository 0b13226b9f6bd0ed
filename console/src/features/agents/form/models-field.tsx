import { useState } from 'react'
import type { FieldProblem } from '../../../api/problem.ts'
import { Button, IconButton } from '../../../ui/kit/button.tsx'
import { SelectField, TextField } from '../../../ui/kit/field.tsx'
import { errorAt, type ModelEntry, moved } from '../model/form.ts'
import { isOffline, modelName, OFFLINE_NOTE } from '../model/words.ts'
import { type AvailableModel, useModels } from '../queries.ts'
import styles from './form.module.css'

const PROVIDERS = [
  'openai',
  'anthropic',
  'google',
  'deepseek',
  'ollama',
  'openai-compatible',
  'workers-ai',
  'offline',
]
const MAX_MODELS = 8
const OTHER = 'other'
const HEALTH: Record<AvailableModel['health'], string> = {
  ok: '',
  failing: ', failing now',
  key_suspended: ', its key was rejected',
  not_configured: ', no key',
}

const keyOf = ({ provider, model, integration }: ModelEntry): string =>
  [provider, model, integration ?? ''].join(' ')
const entryOf = ({ provider, model, integration, keySource }: AvailableModel): ModelEntry => ({
  provider,
  model,
  ...(integration !== null && keySource === 'team' ? { integration: integration.id } : {}),
})

type Props = {
  models: readonly ModelEntry[]
  errors: readonly FieldProblem[]
  onChange: (models: ModelEntry[]) => void
}

/** The models that are tried, in order. */
export function ModelsField({ models, errors, onChange }: Props) {
  const known = useModels().data ?? []
  const [isOther, setOther] = useState(false)
  const standard = known.find(({ isDefault }) => isDefault)
  const usable = known.filter((one) => one.health !== 'not_configured')
  const others = known.filter((one) => one.health === 'not_configured')
  function add(key: string) {
    if (key === OTHER) return setOther(true)
    const found = known.find((one) => keyOf(entryOf(one)) === key)
    if (found) onChange([...models, entryOf(found)])
  }
  return (
    <>
      {models.length === 0 ? (
        <p className="dim">
          The default of the team{standard && `: ${modelName(standard)}`}.{' '}
          {isOffline(standard) && OFFLINE_NOTE}
        </p>
      ) : (
        <ol className={styles.entries}>
          {models.map((entry, at) => (
            <ModelRow
              key={`${keyOf(entry)} ${at}`}
              entry={entry}
              at={at}
              count={models.length}
              known={known.find((one) => one.provider === entry.provider && one.model === entry.model)}
              error={errorAt(errors, `/models/${at}`)}
              onMove={(to) => onChange(moved(models, at, to))}
              onRemove={() => onChange(models.filter((_, index) => index !== at))}
              onChange={(next) => onChange(models.map((one, index) => (index === at ? next : one)))}
            />
          ))}
        </ol>
      )}
      {models.length < MAX_MODELS && (
        <SelectField
          label={models.length === 0 ? 'Use another model' : 'Add a model that is tried next'}
          value=""
          onChange={(event) => add(event.target.value)}
        >
          <option value="">Choose…</option>
          {[usable, others].map((group, index) => (
            <optgroup key={index} label={index === 0 ? 'Can be called now' : 'Need a key first'}>
              {group.map((one) => (
                <option key={keyOf(entryOf(one))} value={keyOf(entryOf(one))}>
                  {modelName(one)}
                  {one.integration && ` (${one.integration.name})`}
                  {HEALTH[one.health]}
                </option>
              ))}
            </optgroup>
          ))}
          <option value={OTHER}>Another one, by its name…</option>
        </SelectField>
      )}
      {errors.some(({ path }) => path === '/models') && (
        <p className={styles.error}>{errorAt(errors, '/models')}</p>
      )}
      {isOther && (
        <OtherModel
          onAdd={(entry) => {
            onChange([...models, entry])
            setOther(false)
          }}
          onLeave={() => setOther(false)}
        />
      )}
    </>
  )
}

type RowProps = {
  entry: ModelEntry
  at: number
  count: number
  known: AvailableModel | undefined
  error: string | undefined
  onMove: (to: number) => void
  onRemove: () => void
  onChange: (entry: ModelEntry) => void
}

function ModelRow({ entry, at, count, known, error, onMove, onRemove, onChange }: RowProps) {
  const name = modelName(entry)
  const number = (key: 'temperature' | 'maxTokens', text: string, value: number) => {
    const { [key]: _, ...others } = entry
    onChange(text === '' ? others : { ...others, [key]: value })
  }
  return (
    <li>
      <div className={styles.entry}>
        <span className="faint num">{at + 1}.</span>
        <span className={styles.entryName}>
          {name}
          <small>
            {isOffline(entry) ? OFFLINE_NOTE : known ? HEALTH[known.health].replace(', ', '') : 'by its name'}
          </small>
        </span>
        {at > 0 && (
          <IconButton size="small" icon="back" label={`Try ${name} earlier`} onClick={() => onMove(at - 1)} />
        )}
        {at < count - 1 && (
          <IconButton size="small" icon="down" label={`Try ${name} later`} onClick={() => onMove(at + 1)} />
        )}
        <IconButton size="small" icon="close" label={`Remove ${name}`} onClick={onRemove} />
      </div>
      {error !== undefined && <p className={styles.error}>{error}</p>}
      {!isOffline(entry) && (
        <details>
          <summary>More</summary>
          <div className={styles.grid}>
            <TextField
              label="Temperature (optional)"
              type="number"
              min={0}
              max={2}
              step="any"
              value={entry.temperature ?? ''}
              onChange={({ target }) => number('temperature', target.value, target.valueAsNumber)}
            />
            <TextField
              label="Longest answer in tokens (optional)"
              type="number"
              min={1}
              max={1_000_000}
              value={entry.maxTokens ?? ''}
              onChange={({ target }) => number('maxTokens', target.value, target.valueAsNumber)}
            />
          </div>
        </details>
      )}
    </li>
  )
}

function OtherModel({ onAdd, onLeave }: { onAdd: (entry: ModelEntry) => void; onLeave: () => void }) {
  const [provider, setProvider] = useState('openai')
  const [model, setModel] = useState('')
  return (
    <div className={styles.other}>
      <SelectField label="Provider" value={provider} onChange={(event) => setProvider(event.target.value)}>
        {PROVIDERS.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
      <TextField
        label="The provider’s name of the model"
        value={model}
        maxLength={200}
        onChange={(event) => setModel(event.target.value)}
      />
      <Button disabled={model.trim() === ''} onClick={() => onAdd({ provider, model: model.trim() })}>
        Add
      </Button>
      <Button look="quiet" onClick={onLeave}>
        Leave it
      </Button>
    </div>
  )
}
