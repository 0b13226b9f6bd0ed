DROP TABLE `budget_ledgers`;--> statement-breakpoint
DROP TABLE `budget_holds`;
