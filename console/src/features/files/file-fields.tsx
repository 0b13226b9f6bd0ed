import { lazy, Suspense } from 'react'
import type { FileFieldProps, FileFields } from '../../ui/form/schema-form.tsx'

const load = () => import('./file-field.tsx')
const FileField = lazy(() => load().then((parts) => ({ default: parts.FileField })))
const FileListField = lazy(() => load().then((parts) => ({ default: parts.FileListField })))

/** For forms from a schema. Loaded by the first form that asks for a file. */
export const FILE_FIELDS: FileFields = {
  one: (props: FileFieldProps) => (
    <Suspense>
      <FileField {...props} />
    </Suspense>
  ),
  many: (props: FileFieldProps) => (
    <Suspense>
      <FileListField {...props} />
    </Suspense>
  ),
}
