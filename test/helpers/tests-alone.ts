// Test files that run alone, one by one, as the project `worker-alone`: they change or count what holds for the whole
// installation, such as who may register, and the other tests share one installation.
export const TESTS_ALONE = [
  'test/contract/fuzz-installation.test.ts',
  // Leases expire by the clock of the hosts, and sweeps of other tests use a clock that is ahead.
  'test/durable-objects/lease.test.ts',
  // All work of other runs in progress would be lost with the process.
  'test/durable-objects/poison-host.test.ts',
  'test/modules/admin/queues.test.ts',
  'test/modules/admin/settings.test.ts',
  'test/modules/admin/stats.test.ts',
  'test/modules/audit/archive.test.ts',
  'test/modules/models/budget.test.ts',
  'test/modules/models/default.test.ts',
  'test/modules/models/keys.test.ts',
  'test/modules/platform/gauges.test.ts',
  'test/modules/platform/retention.test.ts',
  // A tick reports one page of tasks, and other tests have thousands that are due.
  'test/modules/tasks/events.test.ts',
]

/**
 * The same for whole installations, as the project `e2e-alone`: the speed of a server can only be measured if nothing
 * else runs.
 */
export const INSTALLATIONS_ALONE = ['test/e2e/fork-bomb.test.ts']
