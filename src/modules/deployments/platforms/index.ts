// All platforms.
import { AppError } from '../../../core/errors.ts'
import type { PlatformId } from '../../../db/schema/index.ts'
import { awsS3 } from './aws-s3/index.ts'
import { githubPages } from './github-pages/index.ts'
import { netlify } from './netlify/index.ts'
import type { Platform } from './platform.ts'
import { vercel } from './vercel/index.ts'

export const PLATFORMS: readonly Platform[] = [vercel, netlify, githubPages, awsS3]

const byId = new Map(PLATFORMS.map((one) => [one.id, one]))

export function platformOf(id: PlatformId): Platform {
  const platform = byId.get(id)
  if (platform === undefined)
    throw new AppError('deployment.unsupported', { detail: `The platform ${id} is not supported.` })
  return platform
}
