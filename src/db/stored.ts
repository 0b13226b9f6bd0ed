// The types of rows. A query of drizzle has them by itself (`typeof runs.$inferSelect`); what SQL of our own reads is picked from
// the same type, so a column that changes changes everybody who reads it.

type StoredValue<Value> = Value extends boolean ? number : Value extends object ? string : Value

/** A row as D1 has it: what drizzle reads as a boolean is a number, what it reads as JSON is text. */
export type Stored<Row> = { [Column in keyof Row]: StoredValue<Row[Column]> }
