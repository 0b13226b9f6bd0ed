import { resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')
export const inRoot = (...parts: string[]): string => resolve(ROOT, ...parts)
