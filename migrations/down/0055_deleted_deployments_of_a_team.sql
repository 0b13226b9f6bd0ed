DROP INDEX `deleted_deployments_team`;--> statement-breakpoint
CREATE INDEX `deleted_deployments_integration` ON `deleted_deployments` (`integration_id`,`created_at`);
