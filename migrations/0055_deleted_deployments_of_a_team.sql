DROP INDEX `deleted_deployments_integration`;--> statement-breakpoint
CREATE INDEX `deleted_deployments_team` ON `deleted_deployments` (`team_id`,`integration_id`,`created_at`);