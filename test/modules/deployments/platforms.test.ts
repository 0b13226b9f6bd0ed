import { expect, test } from 'vitest'
import { call, get, post } from '../../helpers/api.ts'
import { newPerson } from '../../helpers/people.ts'
import { deploy, ended, failAt, PATH, projectOf, seenAt, uploadSite } from './deployments.ts'

const SITE = {
  'index.html': '<!doctype html><p>One</p>',
  'site.css': 'p { color: teal }',
  'copy.css': 'p { color: teal }',
  'a b/ä.txt': 'text',
}

test.each(['vercel', 'netlify', 'github-pages'] as const)(
  '%s gets each content once, and the next time only changes',
  async (platform) => {
    const person = await newPerson()
    const { body, place, folder } = await projectOf(person, platform)
    await uploadSite(person, folder, SITE)
    const first = await deploy(person, body)
    expect(first).toMatchObject({ status: 'ready', error: null })
    expect(first.url).toMatch(/^https:/)
    const { contents } = await seenAt(place)
    expect(new Set(Object.values(contents))).toEqual(new Set([1]))
    // Two paths have the same content, and GitHub gets `.nojekyll` as well.
    expect(Object.keys(contents)).toHaveLength(platform === 'github-pages' ? 4 : 3)

    await uploadSite(person, folder, { 'index.html': '<!doctype html><p>Two</p>' })
    const plan = await post(`${PATH}/plan`, person, body)
    expect(plan.body).toMatchObject({
      files: { upload: 1 },
      changes: [{ change: 'update', path: 'index.html' }],
      refusals: [],
    })
    const second = await deploy(person, body)
    expect(second).toMatchObject({ status: 'ready', files: { changed: 1 } })
    const now = (await seenAt(place)).contents
    expect(Object.keys(now)).toHaveLength(Object.keys(contents).length + 1)
    expect(new Set(Object.values(now))).toEqual(new Set([1]))

    const back = await post(`${PATH}/${first.id}/rollback`, person, {})
    expect(back.status).toBe(201)
    const third = await ended(person, back.body.id)
    expect(third).toMatchObject({ status: 'ready', action: 'rollback', rollbackOf: first.id, error: null })
    expect((await seenAt(place)).contents).toEqual(now)
    expect((await call('DELETE', `${PATH}/${third.id}`, { as: person })).status).toBe(204)
  },
)

test('a tree that GitHub truncates is read folder by folder, so that nothing is sent again', async () => {
  const person = await newPerson()
  const { body, place, folder } = await projectOf(person, 'github-pages')
  await uploadSite(person, folder, SITE)
  await deploy(person, body)
  const { contents } = await seenAt(place)
  const cut = { status: 200, body: JSON.stringify({ truncated: true, tree: [] }) }
  await failAt(place, { match: 'GET /git/trees/', ...cut })
  expect((await post(`${PATH}/plan`, person, body)).body.files).toMatchObject({ upload: 0, unchanged: 5 })
  await failAt(place, { match: 'GET /git/trees/', ...cut })
  expect(await deploy(person, body)).toMatchObject({ status: 'ready', files: { changed: 0 } })
  expect((await seenAt(place)).contents).toEqual(contents)
  await failAt(place, { match: 'GET /git/trees/', ...cut, times: 2 })
  expect(await deploy(person, body)).toMatchObject({ error: { code: 'deployment.too_large' } })
})

test.each(['vercel', 'netlify'] as const)(
  'a preview at %s is promoted without sending anything',
  async (platform) => {
    const person = await newPerson()
    const { body, place, folder } = await projectOf(person, platform)
    await uploadSite(person, folder, SITE)
    const preview = await deploy(person, { ...body, production: false })
    expect(preview).toMatchObject({ status: 'ready', environment: 'preview' })
    const { contents } = await seenAt(place)
    const { body: promoted } = await post(`${PATH}/${preview.id}/promote`, person, {})
    expect(await ended(person, promoted.id)).toMatchObject({
      status: 'ready',
      environment: 'production',
      basedOn: preview.id,
    })
    expect((await seenAt(place)).contents).toEqual(contents)
  },
)

test('GitHub Pages has no previews, which is reported before anything starts', async () => {
  const person = await newPerson()
  const { body } = await projectOf(person, 'github-pages')
  expect(await post(PATH, person, { ...body, production: false })).toMatchObject({
    status: 409,
    body: { code: 'deployment.unsupported' },
  })
  expect((await get(PATH, person)).body.items).toEqual([])
})
