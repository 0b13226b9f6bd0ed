import { idPattern } from '../../core/ids.ts'

export const ID = `:id{${idPattern('run')}}` as const
