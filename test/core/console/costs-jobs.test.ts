// GPU jobs, limits and the forecast of the console.
import { expect, test } from 'vitest'
import { forecastLines } from '../../../console/src/features/costs/model/forecast.ts'
import {
  changesBody,
  EMPTY_JOB,
  isoTime,
  JOB_STATUSES,
  jobBody,
  localTime,
  nextStatuses,
  readJobs,
  thinned,
} from '../../../console/src/features/costs/model/jobs.ts'
import { lastMonths, limitRows, sharesOf } from '../../../console/src/features/costs/model/limits.ts'
import { mayFollow } from '../../../src/modules/finops/jobs/status.ts'

test('the offered statuses are those that the server allows', () => {
  for (const from of JOB_STATUSES)
    for (const to of JOB_STATUSES)
      expect(nextStatuses(from).includes(to) || from === to, `${from} to ${to}`).toBe(mayFollow(from, to))
})

test('the filters of jobs take what is known from the URL', () => {
  expect(readJobs({ status: 'running', sort: '-cost', deleted: true, q: ' x ', provider: 3 })).toEqual({
    status: 'running',
    sort: '-cost',
    deleted: true,
    q: 'x',
  })
  expect(readJobs({ status: 'asleep', sort: 'name', deleted: 'true' })).toEqual({})
})

test('a new job leaves out what is empty, and a change removes it', () => {
  const form = { ...EMPTY_JOB, provider: ' aws ', gpuType: 'H100', gpuCount: '8', region: '' }
  expect(jobBody(form, { a: 'b' })).toEqual({
    provider: 'aws',
    gpuType: 'H100',
    gpuCount: 8,
    status: 'queued',
    labels: { a: 'b' },
  })
  expect(changesBody(form, {})).toMatchObject({
    region: null,
    hourlyRateUsd: null,
    startedAt: null,
    notes: '',
  })
})

test('times keep their second in the form', () => {
  expect(isoTime(localTime('2026-03-01T12:34:56.789Z'))).toBe('2026-03-01T12:34:56.000Z')
  expect([localTime(null), isoTime('')]).toEqual(['', null])
})

test('many samples become fewer points with their means', () => {
  const samples = [10, 30, 50, 70, 90].map((gpuPct, at) => ({
    at: `2026-03-01T00:0${at}:00Z`,
    gpuPct,
    memPct: 5,
    powerW: at === 1 ? 400 : null,
  }))
  expect(thinned(samples, 3)).toEqual([
    { at: '2026-03-01T00:00:00Z', gpuPct: 20, memPct: 5, powerW: 400 },
    { at: '2026-03-01T00:02:00Z', gpuPct: 60, memPct: 5, powerW: null },
    { at: '2026-03-01T00:04:00Z', gpuPct: 90, memPct: 5, powerW: null },
  ])
  expect(thinned(samples, 5)).toEqual(samples)
  expect(thinned([], 5)).toEqual([])
})

test('limits are listed with their use, and those that are nearly reached stand out', () => {
  expect(
    limitRows(
      { workflows: 8, runsPerMonth: 5, agents: null, custom: 1 },
      { workflows: 10, runsPerMonth: null, custom: 0 },
    ),
  ).toEqual([
    { name: 'runsPerMonth', used: 5, limit: null, isNear: false },
    { name: 'workflows', used: 8, limit: 10, isNear: true },
    { name: 'custom', used: 1, limit: 0, isNear: true },
  ])
})

test('months go back over the turn of the year', () => {
  expect(lastMonths('2026-02-28', 4)).toEqual(['2026-02', '2026-01', '2025-12', '2025-11'])
})

test.each([
  ['50, 80, 100', [0.5, 0.8, 1]],
  ['100% 12.5', [0.125, 1]],
  ['80;80', [0.8]],
  ['', []],
  ['0', null],
  ['120', null],
  ['half', null],
])('the shares of %j are %j', (text, shares) => {
  expect(sharesOf(text)).toEqual(shares)
})

test('the predicted line continues the recorded one', () => {
  const days = [10.1, 0.2, 5, 5].map((usd, at) => ({ date: `2026-03-0${at + 1}`, usd }))
  expect(forecastLines({ asOf: '2026-03-02', days })).toEqual({
    days: ['2026-03-01', '2026-03-02', '2026-03-03', '2026-03-04'],
    recorded: [10.1, 10.3, null, null],
    predicted: [null, 10.3, 15.3, 20.3],
  })
})
