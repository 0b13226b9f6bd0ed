import { Link } from '@tanstack/react-router'
import { buttonClass, IconButton } from '../../ui/kit/button.tsx'
import { toFile } from '../shell/index.ts'
import styles from './files.module.css'
import { baseOf } from './model/names.ts'
import { Preview } from './preview.tsx'
import type { StoredFile } from './queries.ts'

/** The content of the file next to the list. */
export const Peek = ({ file, onClose }: { file: StoredFile; onClose: () => void }) => (
  <aside className={styles.peek} aria-label={`File ${baseOf(file.name)}`}>
    <header>
      <b className="cut">
        <bdi>{baseOf(file.name)}</bdi>
      </b>
      <Link {...toFile(file.id)} className={buttonClass({ size: 'small' })}>
        Open
      </Link>
      <IconButton size="small" icon="close" label="Close" onClick={onClose} />
    </header>
    <div>
      <Preview file={file} version={null} />
    </div>
  </aside>
)
