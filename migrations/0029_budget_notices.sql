CREATE TABLE `budget_notices` (
	`team_id` text NOT NULL,
	`period` text NOT NULL,
	`metric` text NOT NULL,
	`limit_amount` integer NOT NULL,
	`share` real NOT NULL,
	`spent` real NOT NULL,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`team_id`, `period`, `metric`, `limit_amount`, `share`)
);
