CREATE TABLE `task_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`team_id` text NOT NULL,
	`task_id` text NOT NULL,
	`parent_id` text NOT NULL,
	`old_status` text,
	`new_status` text,
	`kind` text NOT NULL,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `task_changes_team` ON `task_changes` (`team_id`,`id`);--> statement-breakpoint
CREATE INDEX `task_changes_at` ON `task_changes` (`at`,`team_id`);--> statement-breakpoint
CREATE TABLE `task_comments` (
	`id` text PRIMARY KEY NOT NULL,
	`task_id` text NOT NULL,
	`team_id` text NOT NULL,
	`user_id` text NOT NULL,
	`text` text NOT NULL,
	`mentions` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `task_comments_task` ON `task_comments` (`task_id`,`created_at`,`id`);--> statement-breakpoint
CREATE TABLE `task_counts` (
	`team_id` text NOT NULL,
	`status` text NOT NULL,
	`type` text NOT NULL,
	`n` integer NOT NULL,
	PRIMARY KEY(`team_id`, `status`, `type`)
);
--> statement-breakpoint
CREATE TABLE `task_days` (
	`team_id` text NOT NULL,
	`day` text NOT NULL,
	`type` text NOT NULL,
	`agent_id` text NOT NULL,
	`assignee` text NOT NULL,
	`created` integer DEFAULT 0 NOT NULL,
	`succeeded` integer DEFAULT 0 NOT NULL,
	`failed` integer DEFAULT 0 NOT NULL,
	`cancelled` integer DEFAULT 0 NOT NULL,
	`skipped` integer DEFAULT 0 NOT NULL,
	`timed` integer DEFAULT 0 NOT NULL,
	`duration_ms` integer DEFAULT 0 NOT NULL,
	`cost_micro_usd` integer DEFAULT 0 NOT NULL,
	`retries` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`team_id`, `day`, `type`, `agent_id`, `assignee`)
);
--> statement-breakpoint
CREATE TABLE `task_dependencies` (
	`task_id` text NOT NULL,
	`depends_on` text NOT NULL,
	`team_id` text NOT NULL,
	`needs` text NOT NULL,
	`waived_by` text,
	PRIMARY KEY(`task_id`, `depends_on`),
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `task_dependencies_on` ON `task_dependencies` (`depends_on`,`task_id`);--> statement-breakpoint
CREATE TABLE `task_graphs` (
	`team_id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `task_limits` (
	`team_id` text NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`most` integer NOT NULL,
	PRIMARY KEY(`team_id`, `kind`, `subject`),
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `task_schedules` (
	`task_id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`schedule` text NOT NULL,
	`next_fire_at` integer,
	`last_fire_at` integer,
	`fired` integer DEFAULT 0 NOT NULL,
	`set_by` text NOT NULL,
	`set_at` integer NOT NULL,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `task_schedules_next` ON `task_schedules` (`next_fire_at`) WHERE next_fire_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `task_templates` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`type` text NOT NULL,
	`visibility` text NOT NULL,
	`variables` text NOT NULL,
	`task` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `task_templates_team` ON `task_templates` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `task_templates_public` ON `task_templates` (`created_at`,`id`) WHERE visibility = 'public';--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`title` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`type` text NOT NULL,
	`input` text DEFAULT '{}' NOT NULL,
	`priority` integer DEFAULT 5 NOT NULL,
	`status` text NOT NULL,
	`status_since` integer NOT NULL,
	`reason` text,
	`tags` text DEFAULT '[]' NOT NULL,
	`files` text DEFAULT '[]' NOT NULL,
	`metadata` text DEFAULT '{}' NOT NULL,
	`assignee` text DEFAULT '' NOT NULL,
	`agent_id` text DEFAULT '' NOT NULL,
	`parent_id` text DEFAULT '' NOT NULL,
	`root_id` text NOT NULL,
	`depth` integer DEFAULT 0 NOT NULL,
	`weight` real DEFAULT 1 NOT NULL,
	`children` integer DEFAULT 0 NOT NULL,
	`held` integer DEFAULT 0 NOT NULL,
	`on_dependency_failure` text DEFAULT 'block' NOT NULL,
	`retry` text DEFAULT '{}' NOT NULL,
	`timeout_ms` integer,
	`auto_start` integer DEFAULT 0 NOT NULL,
	`due_at` integer,
	`due_sort` integer NOT NULL,
	`remind_at` integer,
	`run_id` text,
	`retry_of` text,
	`started_by` text,
	`run_seq` integer DEFAULT 0 NOT NULL,
	`attempt` integer DEFAULT 0 NOT NULL,
	`progress` integer DEFAULT 0 NOT NULL,
	`error` text,
	`result` text,
	`cost_micro_usd` integer DEFAULT 0 NOT NULL,
	`queued_at` integer,
	`started_at` integer,
	`finished_at` integer,
	`duration_ms` integer,
	`lease_hash` text,
	`lease_until` integer,
	`lease_by` text,
	`occurrence_of` text,
	`occurrence` integer,
	`scheduled_for` integer,
	`version` integer DEFAULT 1 NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `tasks_created` ON `tasks` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_updated` ON `tasks` (`team_id`,`updated_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_due` ON `tasks` (`team_id`,`due_sort`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_priority` ON `tasks` (`team_id`,`priority`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_progress` ON `tasks` (`team_id`,`progress`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_status` ON `tasks` (`team_id`,`status`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_type` ON `tasks` (`team_id`,`type`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_assignee` ON `tasks` (`team_id`,`assignee`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_parent` ON `tasks` (`team_id`,`parent_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_root` ON `tasks` (`root_id`,`id`);--> statement-breakpoint
CREATE INDEX `tasks_queue` ON `tasks` (`team_id`,`priority`,`queued_at`) WHERE status = 'queued';--> statement-breakpoint
CREATE INDEX `tasks_starting` ON `tasks` (`status_since`) WHERE run_id IS NOT NULL AND run_seq = 0;--> statement-breakpoint
CREATE INDEX `tasks_lease` ON `tasks` (`lease_until`) WHERE lease_until IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tasks_remind` ON `tasks` (`remind_at`) WHERE remind_at IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX `tasks_occurrence` ON `tasks` (`occurrence_of`,`occurrence`) WHERE occurrence_of IS NOT NULL;--> statement-breakpoint
CREATE INDEX `tasks_duration` ON `tasks` (`team_id`,`duration_ms`) WHERE status = 'succeeded';
--> statement-breakpoint
CREATE TRIGGER task_run_reported_first AFTER INSERT ON runs WHEN NEW.kind = 'task' AND NEW.seq > 0
BEGIN
  UPDATE tasks SET
    status = NEW.status,
    status_since = CASE WHEN status <> NEW.status THEN CAST(unixepoch('subsec') * 1000 AS INTEGER) ELSE status_since END,
    reason = NULL,
    run_seq = NEW.seq,
    progress = CASE WHEN NEW.status = 'succeeded' THEN 100 ELSE max(progress, NEW.progress) END,
    error = CASE WHEN NEW.status = 'failed' THEN NEW.error END,
    cost_micro_usd = cost_micro_usd + NEW.cost_micro_usd - 0,
    started_at = coalesce(started_at, NEW.started_at),
    finished_at = NEW.finished_at,
    duration_ms = NEW.duration_ms,
    updated_at = max(updated_at, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE id = NEW.subject_id AND team_id = NEW.team_id AND run_id = NEW.id AND run_seq < NEW.seq;
END;
--> statement-breakpoint
CREATE TRIGGER task_run_reported AFTER UPDATE OF seq ON runs WHEN NEW.kind = 'task' AND NEW.seq > OLD.seq AND NEW.deleted_at IS NULL
BEGIN
  UPDATE tasks SET
    status = NEW.status,
    status_since = CASE WHEN status <> NEW.status THEN CAST(unixepoch('subsec') * 1000 AS INTEGER) ELSE status_since END,
    reason = NULL,
    run_seq = NEW.seq,
    progress = CASE WHEN NEW.status = 'succeeded' THEN 100 ELSE max(progress, NEW.progress) END,
    error = CASE WHEN NEW.status = 'failed' THEN NEW.error END,
    cost_micro_usd = cost_micro_usd + NEW.cost_micro_usd - OLD.cost_micro_usd,
    started_at = coalesce(started_at, NEW.started_at),
    finished_at = NEW.finished_at,
    duration_ms = NEW.duration_ms,
    updated_at = max(updated_at, CAST(unixepoch('subsec') * 1000 AS INTEGER))
  WHERE id = NEW.subject_id AND team_id = NEW.team_id AND run_id = NEW.id AND run_seq < NEW.seq;
END;
--> statement-breakpoint
CREATE TRIGGER task_added AFTER INSERT ON tasks
BEGIN
  INSERT INTO task_counts (team_id, status, type, n) VALUES (NEW.team_id, NEW.status, NEW.type, 1)
  ON CONFLICT (team_id, status, type) DO UPDATE SET n = n + excluded.n;
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, created) VALUES (NEW.team_id, strftime('%Y-%m-%d', NEW.created_at / 1000, 'unixepoch'), NEW.type, NEW.agent_id, NEW.assignee, 1)
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET created = created + excluded.created;
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (NEW.team_id, NEW.id, NEW.parent_id, NULL, NEW.status, 'status', CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER task_added_ended AFTER INSERT ON tasks WHEN NEW.finished_at IS NOT NULL
BEGIN
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, succeeded, failed, cancelled, skipped, timed, duration_ms, cost_micro_usd, retries)
  VALUES (NEW.team_id, strftime('%Y-%m-%d', NEW.finished_at / 1000, 'unixepoch'), NEW.type, NEW.agent_id, NEW.assignee, (NEW.status = 'succeeded'), (NEW.status = 'failed'), (NEW.status = 'cancelled'), (NEW.status = 'skipped'), (NEW.duration_ms IS NOT NULL AND NEW.status IN ('succeeded', 'failed')), CASE WHEN (NEW.duration_ms IS NOT NULL AND NEW.status IN ('succeeded', 'failed')) THEN NEW.duration_ms ELSE 0 END, NEW.cost_micro_usd, max(NEW.attempt - 1, 0))
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled, skipped = skipped + excluded.skipped, timed = timed + excluded.timed, duration_ms = duration_ms + excluded.duration_ms, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd, retries = retries + excluded.retries;
END;
--> statement-breakpoint
CREATE TRIGGER task_child_added AFTER INSERT ON tasks WHEN NEW.parent_id <> ''
BEGIN
  UPDATE tasks SET children = children + 1 WHERE id = NEW.parent_id;
END;
--> statement-breakpoint
CREATE TRIGGER task_counted_again AFTER UPDATE OF status, type ON tasks WHEN OLD.status <> NEW.status OR OLD.type <> NEW.type
BEGIN
  INSERT INTO task_counts (team_id, status, type, n) VALUES (OLD.team_id, OLD.status, OLD.type, -1)
  ON CONFLICT (team_id, status, type) DO UPDATE SET n = n + excluded.n;
  INSERT INTO task_counts (team_id, status, type, n) VALUES (NEW.team_id, NEW.status, NEW.type, 1)
  ON CONFLICT (team_id, status, type) DO UPDATE SET n = n + excluded.n;
END;
--> statement-breakpoint
CREATE TRIGGER task_made_for_another AFTER UPDATE OF type, agent_id, assignee ON tasks WHEN OLD.type <> NEW.type OR OLD.agent_id <> NEW.agent_id OR OLD.assignee <> NEW.assignee
BEGIN
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, created) VALUES (OLD.team_id, strftime('%Y-%m-%d', OLD.created_at / 1000, 'unixepoch'), OLD.type, OLD.agent_id, OLD.assignee, -1)
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET created = created + excluded.created;
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, created) VALUES (NEW.team_id, strftime('%Y-%m-%d', NEW.created_at / 1000, 'unixepoch'), NEW.type, NEW.agent_id, NEW.assignee, 1)
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET created = created + excluded.created;
END;
--> statement-breakpoint
CREATE TRIGGER task_end_taken_back AFTER UPDATE OF type, agent_id, assignee, status, finished_at, duration_ms, cost_micro_usd, attempt ON tasks WHEN OLD.finished_at IS NOT NULL AND (OLD.type <> NEW.type OR OLD.agent_id <> NEW.agent_id OR OLD.assignee <> NEW.assignee OR OLD.status <> NEW.status OR OLD.finished_at IS NOT NEW.finished_at OR OLD.duration_ms IS NOT NEW.duration_ms OR OLD.cost_micro_usd <> NEW.cost_micro_usd OR OLD.attempt <> NEW.attempt)
BEGIN
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, succeeded, failed, cancelled, skipped, timed, duration_ms, cost_micro_usd, retries)
  VALUES (OLD.team_id, strftime('%Y-%m-%d', OLD.finished_at / 1000, 'unixepoch'), OLD.type, OLD.agent_id, OLD.assignee, -(OLD.status = 'succeeded'), -(OLD.status = 'failed'), -(OLD.status = 'cancelled'), -(OLD.status = 'skipped'), -(OLD.duration_ms IS NOT NULL AND OLD.status IN ('succeeded', 'failed')), -CASE WHEN (OLD.duration_ms IS NOT NULL AND OLD.status IN ('succeeded', 'failed')) THEN OLD.duration_ms ELSE 0 END, -OLD.cost_micro_usd, -max(OLD.attempt - 1, 0))
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled, skipped = skipped + excluded.skipped, timed = timed + excluded.timed, duration_ms = duration_ms + excluded.duration_ms, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd, retries = retries + excluded.retries;
END;
--> statement-breakpoint
CREATE TRIGGER task_end_counted AFTER UPDATE OF type, agent_id, assignee, status, finished_at, duration_ms, cost_micro_usd, attempt ON tasks WHEN NEW.finished_at IS NOT NULL AND (OLD.type <> NEW.type OR OLD.agent_id <> NEW.agent_id OR OLD.assignee <> NEW.assignee OR OLD.status <> NEW.status OR OLD.finished_at IS NOT NEW.finished_at OR OLD.duration_ms IS NOT NEW.duration_ms OR OLD.cost_micro_usd <> NEW.cost_micro_usd OR OLD.attempt <> NEW.attempt)
BEGIN
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, succeeded, failed, cancelled, skipped, timed, duration_ms, cost_micro_usd, retries)
  VALUES (NEW.team_id, strftime('%Y-%m-%d', NEW.finished_at / 1000, 'unixepoch'), NEW.type, NEW.agent_id, NEW.assignee, (NEW.status = 'succeeded'), (NEW.status = 'failed'), (NEW.status = 'cancelled'), (NEW.status = 'skipped'), (NEW.duration_ms IS NOT NULL AND NEW.status IN ('succeeded', 'failed')), CASE WHEN (NEW.duration_ms IS NOT NULL AND NEW.status IN ('succeeded', 'failed')) THEN NEW.duration_ms ELSE 0 END, NEW.cost_micro_usd, max(NEW.attempt - 1, 0))
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled, skipped = skipped + excluded.skipped, timed = timed + excluded.timed, duration_ms = duration_ms + excluded.duration_ms, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd, retries = retries + excluded.retries;
END;
--> statement-breakpoint
CREATE TRIGGER task_status_changed AFTER UPDATE OF status ON tasks WHEN OLD.status <> NEW.status
BEGIN
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (NEW.team_id, NEW.id, NEW.parent_id, OLD.status, NEW.status, 'status', CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER task_progressed AFTER UPDATE OF progress ON tasks WHEN OLD.status = NEW.status AND OLD.progress <> NEW.progress
BEGIN
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (NEW.team_id, NEW.id, NEW.parent_id, OLD.status, NEW.status, 'progress', CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER task_text_changed AFTER UPDATE OF title, description, result, weight ON tasks WHEN OLD.title <> NEW.title OR OLD.description <> NEW.description OR OLD.result IS NOT NEW.result OR OLD.weight <> NEW.weight
BEGIN
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (NEW.team_id, NEW.id, NEW.parent_id, OLD.status, NEW.status, 'text', CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER task_moved AFTER UPDATE OF parent_id ON tasks WHEN OLD.parent_id <> NEW.parent_id
BEGIN
  UPDATE tasks SET children = children - 1, status = CASE WHEN children = 1 THEN 'draft' ELSE status END, finished_at = CASE WHEN children = 1 THEN NULL ELSE finished_at END WHERE id = OLD.parent_id;
  UPDATE tasks SET children = children + 1 WHERE id = NEW.parent_id;
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (OLD.team_id, OLD.id, OLD.parent_id, OLD.status, NEW.status, 'moved', CAST(unixepoch('subsec') * 1000 AS INTEGER));
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (NEW.team_id, NEW.id, NEW.parent_id, OLD.status, NEW.status, 'moved', CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER task_removed AFTER DELETE ON tasks WHEN EXISTS (SELECT 1 FROM teams WHERE id = OLD.team_id)
BEGIN
  INSERT INTO task_counts (team_id, status, type, n) VALUES (OLD.team_id, OLD.status, OLD.type, -1)
  ON CONFLICT (team_id, status, type) DO UPDATE SET n = n + excluded.n;
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, created) VALUES (OLD.team_id, strftime('%Y-%m-%d', OLD.created_at / 1000, 'unixepoch'), OLD.type, OLD.agent_id, OLD.assignee, -1)
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET created = created + excluded.created;
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (OLD.team_id, OLD.id, OLD.parent_id, OLD.status, NULL, 'status', CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
--> statement-breakpoint
CREATE TRIGGER task_removed_ended AFTER DELETE ON tasks WHEN OLD.finished_at IS NOT NULL AND EXISTS (SELECT 1 FROM teams WHERE id = OLD.team_id)
BEGIN
  INSERT INTO task_days (team_id, day, type, agent_id, assignee, succeeded, failed, cancelled, skipped, timed, duration_ms, cost_micro_usd, retries)
  VALUES (OLD.team_id, strftime('%Y-%m-%d', OLD.finished_at / 1000, 'unixepoch'), OLD.type, OLD.agent_id, OLD.assignee, -(OLD.status = 'succeeded'), -(OLD.status = 'failed'), -(OLD.status = 'cancelled'), -(OLD.status = 'skipped'), -(OLD.duration_ms IS NOT NULL AND OLD.status IN ('succeeded', 'failed')), -CASE WHEN (OLD.duration_ms IS NOT NULL AND OLD.status IN ('succeeded', 'failed')) THEN OLD.duration_ms ELSE 0 END, -OLD.cost_micro_usd, -max(OLD.attempt - 1, 0))
  ON CONFLICT (team_id, day, type, agent_id, assignee) DO UPDATE SET succeeded = succeeded + excluded.succeeded, failed = failed + excluded.failed, cancelled = cancelled + excluded.cancelled, skipped = skipped + excluded.skipped, timed = timed + excluded.timed, duration_ms = duration_ms + excluded.duration_ms, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd, retries = retries + excluded.retries;
END;
--> statement-breakpoint
CREATE TRIGGER task_child_removed AFTER DELETE ON tasks WHEN OLD.parent_id <> '' AND EXISTS (SELECT 1 FROM teams WHERE id = OLD.team_id)
BEGIN
  UPDATE tasks SET children = children - 1, status = CASE WHEN children = 1 THEN 'draft' ELSE status END, finished_at = CASE WHEN children = 1 THEN NULL ELSE finished_at END WHERE id = OLD.parent_id;
END;
--> statement-breakpoint
CREATE TRIGGER task_released AFTER UPDATE OF held ON tasks WHEN OLD.held = 1 AND NEW.held = 0 AND NEW.children > 0
BEGIN
  INSERT INTO task_changes (team_id, task_id, parent_id, old_status, new_status, kind, at) VALUES (NEW.team_id, NEW.id, NEW.parent_id, OLD.status, NEW.status, 'released', CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
