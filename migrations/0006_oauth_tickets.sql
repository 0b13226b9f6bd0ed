CREATE TABLE `oauth_tickets` (
	`code_hash` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`subject` text NOT NULL,
	`email` text,
	`email_verified` integer NOT NULL,
	`name` text,
	`return_challenge` text,
	`expires_at` integer NOT NULL,
	`used_at` integer
);
--> statement-breakpoint
CREATE INDEX `oauth_tickets_expires` ON `oauth_tickets` (`expires_at`);--> statement-breakpoint
ALTER TABLE `oauth_states` ADD `return_challenge` text;