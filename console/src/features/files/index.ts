export { FILE_FIELDS } from './file-fields.tsx'
export { useFileName } from './queries.ts'
