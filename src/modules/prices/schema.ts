import * as z from 'zod'
import { listQuery, pageOf } from '../../http/pagination.ts'
import { PlainText } from '../../http/text.ts'

export const Price = z
  .strictObject({
    id: z.string(),
    provider: z.string(),
    gpuType: z.string().nullable().describe('Null for language models.'),
    model: z.string().nullable().describe('A language model; null for GPUs.'),
    region: z.string().nullable().describe('Null for all regions without their own price.'),
    validFrom: z.iso.date().describe('It holds from this day until the next price of the same GPU.'),
    unit: z
      .string()
      .describe(
        '`gpu_hour`; of models a million tokens: `input_mtok`, `cached_input_mtok`, `cache_write_mtok`, `output_mtok`, `reasoning_mtok`, `batch_input_mtok`, `batch_output_mtok`.',
      ),
    above: z.int().describe('The price holds for calls with more input tokens than this.'),
    unitPriceUsd: z.string().describe('Dollars as decimal text, for one unit.'),
    source: z.string(),
  })
  .meta({ id: 'Price' })
export type Price = z.infer<typeof Price>

export const PricePage = pageOf(Price).meta({ id: 'PricePage' })

export const ListPrices = listQuery(['id'], {
  provider: PlainText(100).optional(),
  gpuType: PlainText(100).optional(),
  model: PlainText(200).optional().describe('Only prices of this language model.'),
})
export type ListPrices = z.infer<typeof ListPrices>
