import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call, type Schemas } from '../../api/client.ts'
import { Ago } from '../../ui/format/time-text.tsx'
import { Button } from '../../ui/kit/button.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { CopyButton } from '../../ui/kit/copy.tsx'
import { PersonName } from '../people/index.ts'
import { useRights } from '../shell/index.ts'
import { shortValue } from './model/variables.ts'
import { MoreButton, usePages } from './pages.tsx'
import { Loaded, Section } from './section.tsx'
import styles from './settings.module.css'
import { SeveralVariables, VariableDialog } from './variable-dialog.tsx'

type Variable = Schemas['Variable']

const CURL = () =>
  `curl -fsS -X PUT '${location.origin}/api/v1/workflows/variables/region' -H "x-api-key: $KEY" -H 'content-type: application/json' -d '{"value":"eu"}'`

/** What the workflows of the team share. */
export function Variables() {
  const { mayRun } = useRights()
  const cache = useQueryClient()
  const [open, setOpen] = useState<Variable | 'new' | 'several' | null>(null)
  const list = usePages(['variables'], (query) => call('GET /workflows/variables', { query }))
  const refresh = () => void cache.invalidateQueries({ queryKey: ['variables'] })
  const remove = useMutation({
    mutationFn: (name: string) => call('DELETE /workflows/variables/{name}', { params: { name } }),
    onSettled: refresh,
  })
  const close = () => {
    setOpen(null)
    refresh()
  }
  return (
    <Section
      title="Variables"
      about="All workflows of the team can read them, as {{ vars.name }}. They are not secret: everybody in the team sees them, and so does the history of runs. Keys belong into integrations."
    >
      {mayRun && (
        <div className={styles.buttons}>
          <Button icon="plus" onClick={() => setOpen('new')}>
            Add a variable
          </Button>
          <Button look="quiet" onClick={() => setOpen('several')}>
            Set several as JSON
          </Button>
        </div>
      )}
      <Loaded query={list}>
        {(items) =>
          items.length === 0 ? (
            <p className="faint">
              No variables yet. <CopyButton label="Copy as curl" text={CURL} />
            </p>
          ) : (
            <ul className={styles.list}>
              {items.map((one) => (
                <li key={one.name}>
                  <div>
                    <b className="mono">{one.name}</b>{' '}
                    <CopyButton
                      label={`Copy the expression of ${one.name}`}
                      text={`{{ vars.${one.name} }}`}
                    />
                    <small className="mono cut" title={shortValue(one.value).slice(0, 500)}>
                      {shortValue(one.value).slice(0, 200)}
                    </small>
                    <small>
                      set by <PersonName id={one.updatedBy} /> <Ago at={one.updatedAt} />
                    </small>
                  </div>
                  {mayRun && (
                    <>
                      <Button size="small" aria-label={`Change ${one.name}`} onClick={() => setOpen(one)}>
                        Change
                      </Button>
                      <ConfirmButton
                        size="small"
                        aria-label={`Delete ${one.name}`}
                        question={`Delete the variable ${one.name}?`}
                        about="Runs that start from now on do not have it. This cannot be undone."
                        verb="Delete the variable"
                        onConfirm={() => remove.mutateAsync(one.name)}
                      >
                        Delete
                      </ConfirmButton>
                    </>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      <MoreButton of={list} />
      {open === 'several' ? (
        <SeveralVariables onClose={close} />
      ) : (
        open !== null && (
          <VariableDialog
            variable={open === 'new' ? null : open}
            known={{ names: (list.data ?? []).map(({ name }) => name), isAll: !list.hasNextPage }}
            onClose={close}
          />
        )
      )}
    </Section>
  )
}
