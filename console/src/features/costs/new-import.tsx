import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { percent } from '../../ui/format/money.ts'
import { bytes } from '../../ui/format/time.ts'
import { Button } from '../../ui/kit/button.tsx'
import { DropZone, FilesButton } from '../../ui/kit/drop-zone.tsx'
import { SelectField } from '../../ui/kit/field.tsx'
import { Empty, ProblemNote, useTitle } from '../../ui/kit/page.tsx'
import sheet from '../../ui/kit/sheet.module.css'
import { useRights } from '../shell/index.ts'
import { CostsFrame } from './frame.tsx'
import { ImportOptionsFields } from './import-options.tsx'
import { type ImportOptions, useMappings, useStartImport } from './import-queries.ts'
import { toCostImport } from './links.ts'
import { MappingTable } from './mapping-table.tsx'
import {
  entriesOf,
  isEmpty,
  isFocus,
  type Kind,
  type Mapping,
  mappingName,
  missing,
  suggest,
} from './model/mapping.ts'
import { tableOf } from './model/table.ts'
import { Preview } from './preview.tsx'
import { readStart, type Start } from './read-start.ts'
import { SavedMappings } from './saved-mappings.tsx'

const ACCEPT = '.csv,.tsv,.txt,.jsonl,.ndjson,.xlsx,.gz'
const NOTHING: Mapping = { columns: {}, defaults: {} }

export function NewImport() {
  useTitle('Import costs')
  const { mayRun } = useRights()
  const [kind, setKind] = useState<Kind>('costs')
  const [start, setStart] = useState<Start | null>(null)
  const [options, setOptions] = useState<ImportOptions>({ onError: 'skip' })
  const [mapping, setMapping] = useState<Mapping>(NOTHING)
  const [name, setName] = useState('')
  const [sent, setSent] = useState(0)
  const saved = useMappings().data ?? []
  const begin = useStartImport()
  const go = useNavigate()

  const table = start?.text == null ? null : tableOf(start.text, start.isWhole, options.separator)
  const focus = kind === 'costs' && table !== null && isFocus(table.columns)
  const entries = entriesOf(mapping)
  const lacks = table === null || focus ? [] : missing(kind, mapping)

  function choose(next: Kind, from: Start | null) {
    const found = from?.text == null ? null : tableOf(from.text, from.isWhole, options.separator)
    setKind(next)
    setStart(from)
    setMapping({ columns: found === null ? {} : suggest(next, found.columns), defaults: {} })
    if (from !== null && from !== start) setName(mappingName(from.file.name))
  }
  async function take(files: { file: File }[]) {
    const file = files[0]?.file
    if (file !== undefined) choose(kind, await readStart(file))
  }
  async function submit(onError: ImportOptions['onError']) {
    if (start === null) return
    setSent(0)
    const isMapped = !focus && !isEmpty(entries)
    const made = await begin
      .mutateAsync({
        kind,
        file: start.file,
        options: { ...options, onError, ...(isMapped && { mapping: name }) },
        mapping: isMapped ? entries : null,
        onProgress: setSent,
      })
      .catch(() => null)
    if (made !== null) await go(toCostImport(made.id))
  }
  if (!mayRun)
    return (
      <CostsFrame>
        <Empty icon="shield" title="Members import costs">
          Ask an owner or admin of the team for another role.
        </Empty>
      </CostsFrame>
    )
  return (
    <CostsFrame>
      <DropZone className={sheet.page} invitation="Import this file" onFiles={(files) => void take(files)}>
        <section className={sheet.block} aria-labelledby="file">
          <header>
            <h2 id="file">1. The file</h2>
          </header>
          <p className={sheet.note}>
            CSV, JSON lines or Excel, also packed with gzip; costs also in the columns of FOCUS. Importing a
            file again changes nothing, because each row has its key.
          </p>
          <div className={sheet.buttons}>
            <FilesButton multiple={false} accept={ACCEPT} onFiles={(files) => void take(files)}>
              {start === null ? 'Choose a file' : 'Choose another file'}
            </FilesButton>
            {start !== null && (
              <span>
                <b className={sheet.strong}>{start.file.name}</b>{' '}
                <span className="faint">{bytes(start.file.size)}</span>
              </span>
            )}
            <SelectField
              label="What it has"
              value={kind}
              onChange={({ target }) => choose(target.value as Kind, start)}
            >
              <option value="costs">Costs: amounts of money</option>
              <option value="usage">Usage: hours and quantities</option>
            </SelectField>
          </div>
        </section>
        {start === null && <SavedMappings />}
        {start !== null && (
          <>
            <section className={sheet.block} aria-labelledby="columns">
              <header>
                <h2 id="columns">2. The columns</h2>
                {saved.length > 0 && !focus && (
                  <select
                    className={sheet.choice}
                    aria-label="Saved mapping"
                    value=""
                    onChange={({ target }) => {
                      const one = saved.find((other) => other.name === target.value)
                      if (one === undefined) return
                      setName(one.name)
                      setMapping({ columns: { ...mapping.columns, ...one.columns }, defaults: one.defaults })
                    }}
                  >
                    <option value="">Take a saved mapping</option>
                    {saved.map((one) => (
                      <option key={one.name}>{one.name}</option>
                    ))}
                  </select>
                )}
              </header>
              {focus ? (
                <p className={sheet.note}>The file has the columns of FOCUS, which need no mapping.</p>
              ) : table === null ? (
                <p className={sheet.note}>
                  The first rows of this format cannot be shown here. Choose a saved mapping, or use a file
                  with the names of our columns. <em>Only check</em> shows what the server reads.
                </p>
              ) : (
                <MappingTable kind={kind} table={table} mapping={mapping} onChange={setMapping} />
              )}
              {table !== null && <Preview kind={kind} table={table} mapping={mapping} isFocus={focus} />}
            </section>
            <section className={sheet.block} aria-labelledby="how">
              <header>
                <h2 id="how">3. How it is read</h2>
              </header>
              <ImportOptionsFields
                options={options}
                onChange={setOptions}
                name={focus || isEmpty(entries) ? null : name}
                onName={setName}
              />
              {lacks.length > 0 && (
                <p className={sheet.fault} role="status">
                  No column or value for: {lacks.join(', ')}.
                </p>
              )}
              {begin.isError && <ProblemNote problem={asProblem(begin.error)} />}
              <div className={sheet.buttons}>
                <Button
                  busy={begin.isPending}
                  disabled={lacks.length > 0}
                  onClick={() => void submit('dryRun')}
                >
                  Only check
                </Button>
                <Button
                  look="primary"
                  icon="upload"
                  busy={begin.isPending}
                  disabled={lacks.length > 0}
                  onClick={() => void submit(options.onError)}
                >
                  Import
                </Button>
                {begin.isPending && sent > 0 && (
                  <span className="faint num" role="status">
                    {percent(sent / Math.max(1, start.file.size))} sent
                  </span>
                )}
              </div>
            </section>
          </>
        )}
      </DropZone>
    </CostsFrame>
  )
}
