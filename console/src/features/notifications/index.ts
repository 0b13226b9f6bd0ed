export { ALWAYS, KIND_NAMES, KINDS, type Kind } from './model/filter.ts'
