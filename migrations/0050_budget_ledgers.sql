CREATE TABLE `budget_holds` (
	`key` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`period` text NOT NULL,
	`cost_micro_usd` integer NOT NULL,
	`tokens` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`settled_at` integer
);
--> statement-breakpoint
CREATE INDEX `budget_holds_open` ON `budget_holds` (`team_id`,`period`) WHERE settled_at IS NULL;--> statement-breakpoint
CREATE INDEX `budget_holds_expires` ON `budget_holds` (`expires_at`);--> statement-breakpoint
CREATE TABLE `budget_ledgers` (
	`team_id` text NOT NULL,
	`period` text NOT NULL,
	`cost_micro_usd` integer NOT NULL,
	`tokens` integer NOT NULL,
	`told_cost` integer,
	`told_tokens` integer,
	PRIMARY KEY(`team_id`, `period`)
);
