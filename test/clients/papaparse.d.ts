declare module 'papaparse' {
  type Parsed<Row> = { data: Row[]; errors: unknown[]; meta: { fields?: string[] } }
  const Papa: {
    parse: <Row>(text: string, options: { header: boolean; skipEmptyLines: boolean }) => Parsed<Row>
    unparse: (rows: Record<string, string>[]) => string
  }

  export = Papa
}
