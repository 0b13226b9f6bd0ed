export * from './audit.ts'
export * from './platform.ts'
export * from './teams.ts'
export * from './users.ts'
