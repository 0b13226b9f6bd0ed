ALTER TABLE `inbound_events` ADD `targets` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE INDEX `inbound_events_created` ON `inbound_events` (`created_at`);--> statement-breakpoint
ALTER TABLE `workflow_triggers` ADD `secret` text;--> statement-breakpoint
CREATE INDEX `approval_links_expires` ON `approval_links` (`expires_at`);--> statement-breakpoint
CREATE INDEX `approvals_untold` ON `approvals` (`reminded_at`) WHERE status = 'pending' AND assignees <> '[]';