/** A setting as the server describes it. */
export type Setting = {
  /** Where the value and its errors are, such as `config/clientId`. */
  path: string
  name: string
  description: string
  schema: unknown
  isRequired: boolean
  isSecret: boolean
  /** Not folded, although it is optional. */
  isUsual?: boolean
}
