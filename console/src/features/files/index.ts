export { FILE_FIELDS } from './file-field.tsx'
