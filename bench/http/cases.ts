import type { LoadOrder } from '../load.ts'
import type { Measured } from './servers.ts'

export type Case = {
  name: string
  /** The name of the bare case to compare with. */
  against?: string
  order: Omit<LoadOrder, 'clients' | 'seconds'>
}

const json = { 'content-type': 'application/json' }

export function casesOf(bare: Measured, ours: Measured): Case[] {
  const bareCase = (name: string, order: Partial<LoadOrder> & { path: string }): Case => ({
    name: `bare ${name}`,
    order: { port: bare.port, method: 'GET', headers: {}, expect: 200, ...order },
  })
  const ourCase = (name: string, against: string, order: Partial<LoadOrder> & { path: string }): Case => ({
    name: `ours ${name}`,
    against: `bare ${against}`,
    order: {
      port: ours.port,
      method: 'GET',
      expect: 200,
      ...order,
      headers: { ...ours.headers, ...order.headers },
    },
  })
  return [
    bareCase('plain', { path: '/plain' }),
    ourCase('plain', 'plain', { path: '/health' }),
    ourCase('authenticated', 'read', { path: '/api/v1/auth/verify' }),
    bareCase('read', { path: '/items/{id}', ids: bare.ids }),
    ourCase('read', 'read', { path: '/api/v1/teams/{id}', ids: ours.ids }),
    bareCase('list', { path: '/items' }),
    ourCase('list', 'list', { path: '/api/v1/teams?limit=20' }),
    bareCase('create', {
      method: 'POST',
      path: '/items',
      headers: json,
      body: '{"name":"Item {n}"}',
      expect: 201,
    }),
    ourCase('create', 'create', {
      method: 'POST',
      path: '/api/v1/teams',
      headers: json,
      body: '{"name":"Team {n}"}',
      expect: 201,
    }),
  ]
}
