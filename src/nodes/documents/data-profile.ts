import * as z from 'zod'
import { FileParam, idOrNameOf } from '../file/ref.ts'
import { effectNode } from '../node.ts'
import { mainPort } from '../ports-of.ts'
import { profileOf } from './profile.ts'
import { MAX_TABLE_BYTES, readTable } from './table.ts'

export const dataProfile = effectNode({
  type: 'data.profile',
  category: 'data',
  summary: 'Analyses all rows of a table.',
  params: z.strictObject({ file: FileParam.describe('CSV, TSV, JSON, JSON lines or XLSX.') }),
  output:
    '`{ rows, columns, statistics, groups, correlations, outliers, trends, charts: [{ name, svg }], findings }`. Standard deviation and variance are for a sample; quartiles are interpolated. Of a long table, correlations only compare the first number columns, and a finding says so.',
  example: { file: 'prices/2026.csv' },
  ports: mainPort,
  needsCredential: false,
  effectful: false,
  run: async ({ files }, { params }) => {
    const { ref, bytes } = await files.read(idOrNameOf(params.file), MAX_TABLE_BYTES)
    return { output: profileOf(await readTable(ref.name, bytes)) }
  },
})
