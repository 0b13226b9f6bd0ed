// The types of rows. Queries with drizzle have them automatically (`typeof runs.$inferSelect`). Handwritten SQL picks its fields from the
// same types, so changing a column affects all code that reads it.

type StoredValue<Value> = Value extends boolean ? number : Value extends object ? string : Value

/** A row as D1 returns it: a boolean of drizzle is a number, and JSON is text. */
export type Stored<Row> = { [Column in keyof Row]: StoredValue<Row[Column]> }
