DROP INDEX `budget_holds_open`;--> statement-breakpoint
CREATE INDEX `budget_holds_open` ON `budget_holds` (`team_id`,`period`,`settled_at`);