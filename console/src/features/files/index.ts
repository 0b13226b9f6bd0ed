export { FILE_FIELDS } from './file-fields.tsx'
