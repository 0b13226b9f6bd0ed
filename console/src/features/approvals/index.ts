export { Decide } from './decide.tsx'
export { useDecision } from './queries.ts'
