// The settings that platform administrators can change at run time. Only values that differ from the defaults are stored.
import { type LimitOverrides, PLANS, type Plan } from './plans.ts'

export const REGISTRATION_MODES = ['open', 'invite', 'closed'] as const
export type RegistrationMode = (typeof REGISTRATION_MODES)[number]

/** Data that is deleted some time after it was created or ended, depending on the plan of its team. */
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

/** If the environment closes registration, it stays closed. */
export const registrationMode = (
  fromEnvironment: RegistrationMode,
  set: RegistrationMode | undefined,
): RegistrationMode => (fromEnvironment === 'closed' ? 'closed' : (set ?? fromEnvironment))

/** The default retention; null means forever. Runs follow the environment. */
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

/** The longest retention of any plan. */
export function longestDays(settings: PlatformSettings, kind: Retained, runDays: number): number | null {
  const days = PLANS.map((plan) => retentionDays(settings, kind, plan, runDays))
  return days.some((one) => one === null) ? null : Math.max(...(days as number[]))
}
