import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { asProblem } from '../../api/problem.ts'
import { plural } from '../../ui/format/time.ts'
import { Icon } from '../../ui/icon.tsx'
import { Empty, Head, Skeleton, useTitle } from '../../ui/kit/page.tsx'
import { useKeys } from '../../ui/use-keys.ts'
import { PageProblem, toIntegrations, toNewIntegration, useRights } from '../shell/index.ts'
import styles from './catalogue.module.css'
import { CreateForm } from './create-form.tsx'
import { catalogueOf } from './model/types.ts'
import { useTypes } from './queries.ts'

/** First the type, then its form. */
export function NewIntegration() {
  useTitle('Add an integration')
  const { type } = useSearch({ from: '/shell/integrations/new' })
  const types = useTypes()
  const { mayManage } = useRights()
  const chosen = types.data?.find((one) => one.type === type)
  return (
    <>
      <Head
        title={
          <>
            <Link {...toIntegrations()} className="crumb">
              Integrations
            </Link>
            {chosen ? (
              <>
                <Link {...toNewIntegration()} className="crumb">
                  Add
                </Link>
                {chosen.name}
              </>
            ) : (
              'Add'
            )}
          </>
        }
      />
      <div className={styles.page}>
        {types.isError ? (
          <PageProblem problem={asProblem(types.error)} onRetry={() => void types.refetch()} />
        ) : !types.data ? (
          <Skeleton rows={10} height={58} />
        ) : !mayManage ? (
          <Empty icon="shield" title="Admins add integrations">
            An integration contains secrets. Ask an owner or admin of the team to add it.
          </Empty>
        ) : chosen ? (
          <CreateForm key={chosen.type} type={chosen} />
        ) : (
          <Catalogue />
        )}
      </div>
    </>
  )
}

function Catalogue() {
  const { q = '' } = useSearch({ from: '/shell/integrations/new' })
  const [text, setText] = useState(q)
  const go = useNavigate({ from: '/integrations/new' })
  const field = useRef<HTMLInputElement>(null)
  useKeys({ f: () => field.current?.focus() })
  const types = useTypes().data ?? []
  const groups = catalogueOf(types, text)
  const found = groups.reduce((sum, group) => sum + group.types.length, 0)
  return (
    <>
      <div className={styles.find}>
        <Icon name="search" size={14} />
        <input
          ref={field}
          type="search"
          aria-label="Search types"
          placeholder={`Search ${plural(types.length, 'type')}: a service, or what it is for`}
          maxLength={100}
          value={text}
          onChange={({ target }) => {
            setText(target.value)
            void go({
              search: (old) => ({ ...old, q: target.value.trim() || undefined }) as typeof old,
              replace: true,
            })
          }}
        />
      </div>
      <p className="unseen" role="status">
        {plural(found, 'type')} found
      </p>
      {groups.map((group) => (
        <section key={group.name} aria-label={group.name} className={styles.group}>
          <h2>{group.name}</h2>
          <ul>
            {group.types.map((one) => (
              <li key={one.type}>
                <Link {...toNewIntegration({ type: one.type })}>
                  <Icon name={group.icon} size={16} />
                  <span>
                    <b>{one.name}</b>
                    <small title={one.help}>{one.help.replaceAll('`', '')}</small>
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      ))}
      {found === 0 && (
        <Empty icon="filter" title="No matching types">
          Any service with an HTTP API can be used with one of the types "HTTP…": search for "HTTP".
        </Empty>
      )}
    </>
  )
}
