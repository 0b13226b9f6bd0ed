DROP TABLE `cost_import_errors`;
--> statement-breakpoint
DROP TABLE `cost_imports`;
--> statement-breakpoint
DROP TABLE `cost_mappings`;
--> statement-breakpoint
ALTER TABLE `cost_snapshots` DROP COLUMN `import_id`;
--> statement-breakpoint
ALTER TABLE `usage_snapshots` DROP COLUMN `import_id`;
