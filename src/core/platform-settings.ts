// What administrators of the platform set while it runs. Only what differs from the defaults is stored.
import { type LimitOverrides, PLANS, type Plan } from './plans.ts'

export const REGISTRATION_MODES = ['open', 'invite', 'closed'] as const
export type RegistrationMode = (typeof REGISTRATION_MODES)[number]

/** What is deleted some time after it came or ended, by the plan of its team. */
export const RETAINED = ['runs', 'events', 'deliveries', 'notifications', 'audit'] as const
export type Retained = (typeof RETAINED)[number]

export type RetentionDays = Partial<Record<Retained, Partial<Record<Plan, number>>>>

export type PlatformSettings = {
  registration?: RegistrationMode
  defaultPlan?: Plan
  mailFrom?: string
  retention?: RetentionDays
  limits?: LimitOverrides
}

/** What the environment has closed stays closed. */
export const registrationMode = (
  fromEnvironment: RegistrationMode,
  set: RegistrationMode | undefined,
): RegistrationMode => (fromEnvironment === 'closed' ? 'closed' : (set ?? fromEnvironment))

/** How long each is kept where nothing else is set; null is for ever. Runs follow the environment. */
const DEFAULT_DAYS: Record<Exclude<Retained, 'runs'>, number | null> = {
  events: 30,
  deliveries: 30,
  notifications: 90,
  audit: null,
}

export const retentionDays = (
  { retention }: PlatformSettings,
  kind: Retained,
  plan: Plan,
  runDays: number,
): number | null => retention?.[kind]?.[plan] ?? (kind === 'runs' ? runDays : DEFAULT_DAYS[kind])

/** For the plan that keeps it longest. */
export function longestDays(settings: PlatformSettings, kind: Retained, runDays: number): number | null {
  const days = PLANS.map((plan) => retentionDays(settings, kind, plan, runDays))
  return days.some((one) => one === null) ? null : Math.max(...(days as number[]))
}
