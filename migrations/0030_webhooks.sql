CREATE TABLE `webhook_callback_keys` (
	`team_id` text PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`old_secret` text,
	`old_secret_until` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `webhook_deliveries` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`endpoint_id` text,
	`event_id` text NOT NULL,
	`type` text NOT NULL,
	`run_id` text,
	`url` text NOT NULL,
	`lane` text NOT NULL,
	`status` text NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`next_attempt_at` integer,
	`claim` text,
	`last_attempt_at` integer,
	`response_status` integer,
	`response_headers` text,
	`response_body` text,
	`duration_ms` integer,
	`error` text,
	`finished_at` integer,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_event` ON `webhook_deliveries` (`lane`,`event_id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_list` ON `webhook_deliveries` (`lane`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_status` ON `webhook_deliveries` (`lane`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_callbacks` ON `webhook_deliveries` (`team_id`,`created_at`,`id`) WHERE endpoint_id IS NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_due` ON `webhook_deliveries` (`lane`,`next_attempt_at`) WHERE next_attempt_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `webhook_deliveries_team` ON `webhook_deliveries` (`team_id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_created` ON `webhook_deliveries` (`created_at`);--> statement-breakpoint
CREATE TABLE `webhook_endpoints` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`url` text NOT NULL,
	`events` text NOT NULL,
	`filter` text,
	`description` text DEFAULT '' NOT NULL,
	`headers` text,
	`header_names` text DEFAULT '[]' NOT NULL,
	`active` integer DEFAULT 1 NOT NULL,
	`disabled_reason` text,
	`disabled_at` integer,
	`rate_limit_per_s` integer,
	`secret` text NOT NULL,
	`old_secret` text,
	`old_secret_until` integer,
	`held_until` integer,
	`failing_since` integer,
	`last_success_at` integer,
	`last_failure_at` integer,
	`filter_error` text,
	`filter_error_at` integer,
	`created_by` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `webhook_endpoints_team` ON `webhook_endpoints` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `webhook_events` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`type` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `webhook_events_team` ON `webhook_events` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_events_created` ON `webhook_events` (`created_at`);--> statement-breakpoint
CREATE TABLE `webhook_run_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`team_id` text NOT NULL,
	`run_id` text NOT NULL,
	`seq` integer NOT NULL,
	`old_status` text,
	`run` text NOT NULL,
	`created_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `webhook_run_changes_team` ON `webhook_run_changes` (`team_id`,`id`);--> statement-breakpoint
CREATE INDEX `webhook_run_changes_created` ON `webhook_run_changes` (`created_at`,`team_id`);
--> statement-breakpoint
CREATE TRIGGER webhook_run_reported_first AFTER INSERT ON runs
WHEN NEW.seq > 0 AND NEW.mocked = 0 AND NEW.deleted_at IS NULL AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE team_id = NEW.team_id)
BEGIN
  INSERT INTO webhook_run_changes (team_id, run_id, seq, old_status, run, created_at) VALUES (
    NEW.team_id, NEW.id, NEW.seq, NULL,
    json_object('status', NEW.status, 'progress', NEW.progress, 'title', NEW.title, 'trigger', NEW.trigger_type,
      'error', CASE WHEN json_valid(NEW.error) THEN json(NEW.error) END, 'workflowId', NEW.workflow_id, 'workflowName', NEW.workflow_name,
      'createdAt', NEW.created_at, 'startedAt', NEW.started_at, 'finishedAt', NEW.finished_at, 'cancelledBy', NEW.cancelled_by,
      'waitingFor', CASE WHEN json_valid(NEW.waiting_for) THEN json(NEW.waiting_for) ELSE json('[]') END),
    CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER webhook_run_status_changed AFTER UPDATE OF status ON runs
WHEN (OLD.seq = 0 OR OLD.status <> NEW.status) AND NEW.seq > 0 AND NEW.mocked = 0 AND NEW.deleted_at IS NULL
  AND EXISTS (SELECT 1 FROM webhook_endpoints WHERE team_id = NEW.team_id)
BEGIN
  INSERT INTO webhook_run_changes (team_id, run_id, seq, old_status, run, created_at) VALUES (
    NEW.team_id, NEW.id, NEW.seq, CASE WHEN OLD.seq > 0 THEN OLD.status END,
    json_object('status', NEW.status, 'progress', NEW.progress, 'title', NEW.title, 'trigger', NEW.trigger_type,
      'error', CASE WHEN json_valid(NEW.error) THEN json(NEW.error) END, 'workflowId', NEW.workflow_id, 'workflowName', NEW.workflow_name,
      'createdAt', NEW.created_at, 'startedAt', NEW.started_at, 'finishedAt', NEW.finished_at, 'cancelledBy', NEW.cancelled_by,
      'waitingFor', CASE WHEN json_valid(NEW.waiting_for) THEN json(NEW.waiting_for) ELSE json('[]') END),
    CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
