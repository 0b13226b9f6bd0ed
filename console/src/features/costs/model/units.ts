// What prices are for.

export const UNIT_LABELS: Record<string, string> = {
  gpu_hour: 'GPU and hour',
  input_mtok: 'million tokens of input',
  cached_input_mtok: 'million tokens of cached input',
  cache_write_mtok: 'million tokens written to the cache',
  output_mtok: 'million tokens of output',
  reasoning_mtok: 'million tokens of reasoning',
  batch_input_mtok: 'million tokens of input in a batch',
  batch_output_mtok: 'million tokens of output in a batch',
}
