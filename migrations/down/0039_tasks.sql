DROP TRIGGER task_released;
--> statement-breakpoint
DROP TRIGGER task_run_reported_first;
--> statement-breakpoint
DROP TRIGGER task_run_reported;
--> statement-breakpoint
DROP TRIGGER task_added;
--> statement-breakpoint
DROP TRIGGER task_added_ended;
--> statement-breakpoint
DROP TRIGGER task_child_added;
--> statement-breakpoint
DROP TRIGGER task_counted_again;
--> statement-breakpoint
DROP TRIGGER task_made_for_another;
--> statement-breakpoint
DROP TRIGGER task_end_taken_back;
--> statement-breakpoint
DROP TRIGGER task_end_counted;
--> statement-breakpoint
DROP TRIGGER task_status_changed;
--> statement-breakpoint
DROP TRIGGER task_progressed;
--> statement-breakpoint
DROP TRIGGER task_text_changed;
--> statement-breakpoint
DROP TRIGGER task_moved;
--> statement-breakpoint
DROP TRIGGER task_removed;
--> statement-breakpoint
DROP TRIGGER task_removed_ended;
--> statement-breakpoint
DROP TRIGGER task_child_removed;
--> statement-breakpoint
DROP TABLE `task_changes`;
--> statement-breakpoint
DROP TABLE `task_counts`;
--> statement-breakpoint
DROP TABLE `task_days`;
--> statement-breakpoint
DROP TABLE `task_comments`;
--> statement-breakpoint
DROP TABLE `task_dependencies`;
--> statement-breakpoint
DROP TABLE `task_graphs`;
--> statement-breakpoint
DROP TABLE `task_limits`;
--> statement-breakpoint
DROP TABLE `task_schedules`;
--> statement-breakpoint
DROP TABLE `task_templates`;
--> statement-breakpoint
DROP TABLE `tasks`;
