import { Link } from '@tanstack/react-router'
import { asProblem } from '../../api/problem.ts'
import { bytes, plural } from '../../ui/format/time.ts'
import { Ago, useSeconds } from '../../ui/format/time-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ConfirmButton } from '../../ui/kit/confirm.tsx'
import { More } from '../../ui/kit/more.tsx'
import { Skeleton } from '../../ui/kit/page.tsx'
import { Tag } from '../../ui/kit/tag.tsx'
import { PersonName } from '../people/index.ts'
import { PageProblem, toFile } from '../shell/index.ts'
import styles from './files.module.css'
import { endOf } from './model/link.ts'
import { type FileLink, useFileName, useLinks, useRevokeLink } from './queries.ts'

type Props = { fileId: string | null; empty: React.ReactNode }

/** Links of a file, or of the team. */
export function LinkList({ fileId, empty }: Props) {
  const list = useLinks(fileId)
  if (list.isError) return <PageProblem problem={asProblem(list.error)} onRetry={() => void list.refetch()} />
  if (list.isPending) return <Skeleton rows={5} height={52} />
  const links = list.data.pages.flatMap((page) => page.items)
  if (links.length === 0) return empty
  return (
    <>
      <ul className={styles.list}>
        {links.map((one) => (
          <Row key={one.id} link={one} showsFile={fileId === null} />
        ))}
      </ul>
      <More of={list} className={styles.more}>
        More of {list.data.pages[0]?.total}
      </More>
    </>
  )
}

function Row({ link, showsFile }: { link: FileLink; showsFile: boolean }) {
  const now = useSeconds()
  const end = endOf(link, now)
  const revoke = useRevokeLink()
  const isUpload = link.kind === 'upload'
  const name = useFileName(showsFile || isUpload ? link.fileId : null).data
  return (
    <li data-ended={end !== null}>
      <Icon name={isUpload ? 'upload' : 'link'} size={15} />
      <div>
        <b>
          {isUpload ? `For a file in ${link.folder === '' ? 'the top folder' : link.folder}` : 'To download'}
          {link.fileId !== null && name !== undefined && (
            <>
              {isUpload ? ', got ' : ' '}
              <Link {...toFile(link.fileId)} className="link">
                {name}
              </Link>
            </>
          )}
        </b>
        <small>
          by <PersonName id={link.createdBy} /> <Ago at={link.createdAt} />
          {!isUpload && `, ${plural(link.uses, 'download')}`}
          {!isUpload && link.maxUses !== null && ` of ${link.maxUses}`}
          {isUpload && link.maxBytes !== null && `, at most ${bytes(link.maxBytes)}`}
          {end === null && (
            <>
              , ends <Ago at={link.expiresAt} />
            </>
          )}
        </small>
      </div>
      {end === null ? (
        <ConfirmButton
          size="small"
          question="Revoke the link?"
          about="It stops working immediately. This cannot be undone."
          verb="Revoke"
          onConfirm={() => revoke.mutateAsync(link.id)}
        >
          Revoke
        </ConfirmButton>
      ) : (
        <Tag>{end}</Tag>
      )}
    </li>
  )
}
