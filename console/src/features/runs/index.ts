export { ActivityChart } from './activity-chart.tsx'
export type { Point } from './model/columns.ts'
