import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { asProblem } from '../../api/problem.ts'
import { Button } from '../../ui/kit/button.tsx'
import { Dialog } from '../../ui/kit/dialog.tsx'
import { CheckField, SelectField, TextAreaField, TextField } from '../../ui/kit/field.tsx'
import { ProblemNote } from '../../ui/kit/page.tsx'
import { SecretField } from '../../ui/kit/secret-field.tsx'
import type { Provider } from './providers.tsx'
import { useAdminAction } from './queries.ts'

type Name = Schemas['SetAiProvider']['provider']

const NAMES: Name[] = ['openai', 'anthropic', 'google', 'deepseek', 'ollama', 'openai-compatible']

type Props = { provider?: Provider; known: readonly Provider[]; onClose: () => void }

export function ProviderDialog({ provider, known, onClose }: Props) {
  const free = NAMES.filter((name) => known.every((one) => one.provider !== name))
  const [form, setForm] = useState({
    provider: (provider?.provider ?? free[0] ?? NAMES[0]) as Name,
    apiKey: '',
    baseUrl: provider?.baseUrl ?? '',
    models: provider?.models?.join('\n') ?? '',
    enabled: provider?.enabled ?? true,
    priority: String(provider?.priority ?? 100),
  })
  const save = useAdminAction(
    (body: Schemas['SetAiProvider']) => call('POST /admin/settings/ai-providers', { body }),
    true,
  )
  const problem = save.isError ? asProblem(save.error) : null
  const set = (change: Partial<typeof form>) => setForm({ ...form, ...change })
  function submit() {
    const models = form.models
      .split('\n')
      .map((one) => one.trim())
      .filter((one) => one !== '')
    save.mutate(
      {
        provider: form.provider,
        ...(form.apiKey !== '' && { apiKey: form.apiKey }),
        baseUrl: form.baseUrl.trim() || null,
        models: models.length === 0 ? null : models,
        enabled: form.enabled,
        priority: Number(form.priority),
      },
      { onSuccess: onClose },
    )
  }
  return (
    <Dialog
      title={provider ? `Change ${provider.provider}` : 'Add a provider'}
      onClose={onClose}
      onSubmit={submit}
      actions={
        <>
          <Button onClick={onClose}>Leave it</Button>
          <Button type="submit" look="primary" busy={save.isPending}>
            Save
          </Button>
        </>
      }
    >
      {!provider && (
        <SelectField
          label="Provider"
          value={form.provider}
          onChange={({ target }) => set({ provider: target.value as Name })}
        >
          {free.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </SelectField>
      )}
      <SecretField
        label={provider?.hasKey ? 'New key (optional)' : 'Key'}
        help={provider?.hasKey ? 'Without one, the stored key stays.' : 'Some servers need none.'}
        error={problem?.of('apiKey')}
        maxLength={8_192}
        value={form.apiKey}
        onChange={(apiKey) => set({ apiKey })}
      />
      <TextField
        label="Address (optional)"
        help="Of another server with the same API"
        type="url"
        error={problem?.of('baseUrl')}
        value={form.baseUrl}
        onChange={({ target }) => set({ baseUrl: target.value })}
      />
      <TextAreaField
        label="Models (optional)"
        help="One in each line. Without any, teams may call all."
        rows={3}
        spellCheck={false}
        error={problem?.of('models')}
        value={form.models}
        onChange={({ target }) => set({ models: target.value })}
      />
      <TextField
        label="Priority"
        help="Calls that name no provider use the one with the lowest number."
        type="number"
        min={0}
        step={1}
        required
        error={problem?.of('priority')}
        value={form.priority}
        onChange={({ target }) => set({ priority: target.value })}
      />
      <CheckField
        label="The key is used"
        checked={form.enabled}
        onChange={({ target }) => set({ enabled: target.checked })}
      />
      {problem && <ProblemNote problem={problem} />}
    </Dialog>
  )
}
