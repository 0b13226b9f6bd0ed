export { PersonField, PersonName, PersonTag, personOption } from './people.tsx'
export { type Person, usePeople } from './queries.ts'
