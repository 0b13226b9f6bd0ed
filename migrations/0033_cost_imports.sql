CREATE TABLE `cost_import_errors` (
	`import_id` text NOT NULL,
	`number` integer NOT NULL,
	`line` integer NOT NULL,
	`column_name` text,
	`reason` text NOT NULL,
	PRIMARY KEY(`import_id`, `number`),
	FOREIGN KEY (`import_id`) REFERENCES `cost_imports`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `cost_imports` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`kind` text NOT NULL,
	`file_id` text NOT NULL,
	`file_version` integer NOT NULL,
	`options` text NOT NULL,
	`status` text NOT NULL,
	`line` integer DEFAULT 0 NOT NULL,
	`created` integer DEFAULT 0 NOT NULL,
	`corrected` integer DEFAULT 0 NOT NULL,
	`unchanged` integer DEFAULT 0 NOT NULL,
	`refused` integer DEFAULT 0 NOT NULL,
	`error` text,
	`created_at` integer NOT NULL,
	`finished_at` integer
);
--> statement-breakpoint
CREATE INDEX `cost_imports_created` ON `cost_imports` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `cost_mappings` (
	`team_id` text NOT NULL,
	`name` text NOT NULL,
	`columns` text NOT NULL,
	`defaults` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`team_id`, `name`)
);
--> statement-breakpoint
ALTER TABLE `cost_snapshots` ADD `import_id` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `usage_snapshots` ADD `import_id` text DEFAULT '' NOT NULL;