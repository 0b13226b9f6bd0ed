// How providers and GPUs are named in the price table. People write `NVIDIA A100 80GB`, `a100_80gb` and `A100-80GB`.

const PROVIDERS: Record<string, string> = {
  'amazon-web-services': 'aws',
  amazon: 'aws',
  'google-cloud': 'gcp',
  'google-cloud-platform': 'gcp',
  google: 'gcp',
  'microsoft-azure': 'azure',
  microsoft: 'azure',
  'lambda-labs': 'lambda',
}

const GPUS: Record<string, string> = {
  'a100-40gb': 'a100',
  'h100-80gb': 'h100',
  'h100-sxm': 'h100',
  'h100-sxm5': 'h100',
  'h200-141gb': 'h200',
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')

export function providerKey(provider: string): string {
  const key = plain(provider)
  return PROVIDERS[key] ?? key
}

export function gpuKey(gpuType: string): string {
  const key = plain(gpuType)
    .replace(/^(nvidia-)?(tesla-)?/, '')
    .replace(/-hbm\d[a-z]?$/, '')
  return GPUS[key] ?? key
}

export const regionKey = (region: string): string => region.trim().toLowerCase()
