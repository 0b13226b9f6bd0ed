export { LimitTable } from './limit-table.tsx'
