import { idPattern } from '../../core/ids.ts'

export const ID = `/:id{${idPattern('tsk')}}` as const
