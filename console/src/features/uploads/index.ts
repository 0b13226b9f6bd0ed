export { reasonOf } from './model/reason.ts'
export { Uploads, useUploads } from './uploads.tsx'
