export { Uploads, useUploads } from './uploads.tsx'
