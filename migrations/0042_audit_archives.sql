CREATE TABLE `audit_archives` (
	`team_id` text NOT NULL,
	`from_seq` integer NOT NULL,
	`through_seq` integer NOT NULL,
	`entries` integer NOT NULL,
	`object_key` text NOT NULL,
	`archived_at` integer NOT NULL,
	PRIMARY KEY(`team_id`, `through_seq`)
);
