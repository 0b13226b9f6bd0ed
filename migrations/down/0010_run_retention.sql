DROP INDEX `runs_finished`;
--> statement-breakpoint
DROP INDEX `runs_created`;
