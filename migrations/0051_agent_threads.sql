CREATE TABLE `agent_threads` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`agent_id` text NOT NULL,
	`title` text NOT NULL,
	`metadata` text NOT NULL,
	`turns` integer DEFAULT 0 NOT NULL,
	`summary` text DEFAULT '' NOT NULL,
	`window_from` integer DEFAULT 1 NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `agent_threads_created` ON `agent_threads` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `agent_threads_updated` ON `agent_threads` (`team_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE TABLE `agent_turns` (
	`thread_id` text NOT NULL,
	`n` integer NOT NULL,
	`run_id` text NOT NULL,
	`asked` text NOT NULL,
	`answer` text,
	`tokens` integer NOT NULL,
	`outcome` text,
	`created_at` integer NOT NULL,
	`ended_at` integer,
	`looked_at` integer NOT NULL,
	PRIMARY KEY(`thread_id`, `n`),
	FOREIGN KEY (`thread_id`) REFERENCES `agent_threads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `agent_turns_run` ON `agent_turns` (`thread_id`,`run_id`);--> statement-breakpoint
CREATE INDEX `agent_turns_open` ON `agent_turns` (`thread_id`,`n`) WHERE "agent_turns"."outcome" IS NULL;--> statement-breakpoint
CREATE INDEX `agent_turns_forgotten` ON `agent_turns` (`looked_at`) WHERE "agent_turns"."outcome" IS NULL;