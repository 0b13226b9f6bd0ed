import { Empty } from '../../ui/kit/page.tsx'
import styles from './files.module.css'
import { LinkList } from './link-list.tsx'

/** All links of the team, so that nobody has to remember what was shared. */
export const LinksPage = () => (
  <div className={styles.page}>
    <LinkList
      fileId={null}
      empty={
        <Empty icon="link" title="No links">
          Links let people without an account download a file, or send one. They are made on the page of a
          file, and with <i>Request a file</i>.
        </Empty>
      }
    />
  </div>
)
