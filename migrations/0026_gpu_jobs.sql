CREATE TABLE `gpu_job_samples` (
	`job_id` text NOT NULL,
	`at` integer NOT NULL,
	`gpu_pct` real NOT NULL,
	`mem_pct` real NOT NULL,
	`power_w` real,
	PRIMARY KEY(`job_id`, `at`),
	FOREIGN KEY (`job_id`) REFERENCES `gpu_jobs`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "gpu_job_samples_range" CHECK(gpu_pct BETWEEN 0 AND 100 AND mem_pct BETWEEN 0 AND 100)
);
--> statement-breakpoint
CREATE TABLE `gpu_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`team_id` text NOT NULL,
	`external_id` text,
	`provider` text NOT NULL,
	`gpu_type` text NOT NULL,
	`gpu_count` integer NOT NULL,
	`model_name` text NOT NULL,
	`status` text NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`hourly_rate_micro_usd` integer,
	`price_micro_usd` integer,
	`price_id` text,
	`region` text DEFAULT '' NOT NULL,
	`labels` text NOT NULL,
	`run_id` text,
	`notes` text DEFAULT '' NOT NULL,
	`samples` integer DEFAULT 0 NOT NULL,
	`gpu_pct` real,
	`mem_pct` real,
	`power_w` real,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	CONSTRAINT "gpu_jobs_status" CHECK(status IN ('queued', 'provisioning', 'running', 'succeeded', 'failed', 'cancelled')),
	CONSTRAINT "gpu_jobs_count" CHECK(typeof(gpu_count) = 'integer' AND gpu_count BETWEEN 1 AND 10000),
	CONSTRAINT "gpu_jobs_times" CHECK(finished_at IS NULL OR started_at IS NULL OR finished_at >= started_at),
	CONSTRAINT "gpu_jobs_money" CHECK((hourly_rate_micro_usd IS NULL OR (typeof(hourly_rate_micro_usd) = 'integer' AND hourly_rate_micro_usd >= 0))
        AND (price_micro_usd IS NULL OR (typeof(price_micro_usd) = 'integer' AND price_micro_usd >= 0)))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `gpu_jobs_external` ON `gpu_jobs` (`team_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `gpu_jobs_created` ON `gpu_jobs` (`team_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `gpu_jobs_started` ON `gpu_jobs` (`team_id`,`started_at`);--> statement-breakpoint
CREATE TABLE `price_tables` (
	`id` text PRIMARY KEY NOT NULL,
	`provider` text NOT NULL,
	`gpu_type` text NOT NULL,
	`region` text DEFAULT '' NOT NULL,
	`valid_from` text NOT NULL,
	`unit_price_usd` text NOT NULL,
	`unit` text NOT NULL,
	`source` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `price_tables_key` ON `price_tables` (`provider`,`gpu_type`,`region`,`unit`,`valid_from`);--> statement-breakpoint
INSERT INTO `price_tables` (`id`, `provider`, `gpu_type`, `region`, `valid_from`, `unit_price_usd`, `unit`, `source`) VALUES
  ('prc_00000000000000000000000001', 'aws', 'h100', '', '2024-01-01', '12.29', 'gpu_hour', 'AWS us-east-1, on-demand list price of p5.48xlarge divided by its GPUs'),
  ('prc_00000000000000000000000002', 'aws', 'h100', '', '2025-06-05', '6.88', 'gpu_hour', 'AWS us-east-1, on-demand list price of p5.48xlarge divided by its GPUs'),
  ('prc_00000000000000000000000003', 'aws', 'h200', '', '2024-12-01', '10.6', 'gpu_hour', 'AWS us-east-1, on-demand list price of p5en.48xlarge divided by its GPUs'),
  ('prc_00000000000000000000000004', 'aws', 'h200', '', '2025-06-05', '7.912', 'gpu_hour', 'AWS us-east-1, on-demand list price of p5en.48xlarge divided by its GPUs'),
  ('prc_00000000000000000000000005', 'aws', 'a100', '', '2024-01-01', '4.096575', 'gpu_hour', 'AWS us-east-1, on-demand list price of p4d.24xlarge divided by its GPUs'),
  ('prc_00000000000000000000000006', 'aws', 'a100', '', '2025-06-05', '2.744705', 'gpu_hour', 'AWS us-east-1, on-demand list price of p4d.24xlarge divided by its GPUs'),
  ('prc_00000000000000000000000007', 'aws', 'a100-80gb', '', '2024-01-01', '5.120719', 'gpu_hour', 'AWS us-east-1, on-demand list price of p4de.24xlarge divided by its GPUs'),
  ('prc_00000000000000000000000008', 'aws', 'a100-80gb', '', '2025-06-05', '3.430881', 'gpu_hour', 'AWS us-east-1, on-demand list price of p4de.24xlarge divided by its GPUs'),
  ('prc_00000000000000000000000009', 'aws', 'l40s', '', '2024-08-01', '1.861', 'gpu_hour', 'AWS us-east-1, on-demand list price of g6e.xlarge divided by its GPUs'),
  ('prc_00000000000000000000000010', 'aws', 'l4', '', '2024-04-01', '0.8048', 'gpu_hour', 'AWS us-east-1, on-demand list price of g6.xlarge divided by its GPUs'),
  ('prc_00000000000000000000000011', 'aws', 'a10g', '', '2024-01-01', '1.006', 'gpu_hour', 'AWS us-east-1, on-demand list price of g5.xlarge divided by its GPUs'),
  ('prc_00000000000000000000000012', 'aws', 't4', '', '2024-01-01', '0.526', 'gpu_hour', 'AWS us-east-1, on-demand list price of g4dn.xlarge divided by its GPUs'),
  ('prc_00000000000000000000000013', 'aws', 'v100', '', '2024-01-01', '3.06', 'gpu_hour', 'AWS us-east-1, on-demand list price of p3.2xlarge divided by its GPUs'),
  ('prc_00000000000000000000000014', 'gcp', 'h100', '', '2024-01-01', '11.06125', 'gpu_hour', 'Google Cloud us-central1, on-demand list price of a3-highgpu-8g divided by its GPUs'),
  ('prc_00000000000000000000000015', 'gcp', 'a100', '', '2024-01-01', '3.673385', 'gpu_hour', 'Google Cloud us-central1, on-demand list price of a2-highgpu-1g divided by its GPUs'),
  ('prc_00000000000000000000000016', 'gcp', 'a100-80gb', '', '2024-01-01', '5.06879', 'gpu_hour', 'Google Cloud us-central1, on-demand list price of a2-ultragpu-1g divided by its GPUs'),
  ('prc_00000000000000000000000017', 'gcp', 'l4', '', '2024-01-01', '0.706832', 'gpu_hour', 'Google Cloud us-central1, on-demand list price of g2-standard-4 divided by its GPUs'),
  ('prc_00000000000000000000000018', 'azure', 'h100', '', '2024-01-01', '12.29', 'gpu_hour', 'Azure East US, on-demand list price of ND96isr H100 v5 divided by its GPUs'),
  ('prc_00000000000000000000000019', 'azure', 'h100-nvl', '', '2024-06-01', '6.98', 'gpu_hour', 'Azure East US, on-demand list price of NC40ads H100 v5 divided by its GPUs'),
  ('prc_00000000000000000000000020', 'azure', 'a100-80gb', '', '2024-01-01', '3.673', 'gpu_hour', 'Azure East US, on-demand list price of NC24ads A100 v4 divided by its GPUs'),
  ('prc_00000000000000000000000021', 'azure', 'a10', '', '2024-01-01', '3.2', 'gpu_hour', 'Azure East US, on-demand list price of NV36ads A10 v5 divided by its GPUs'),
  ('prc_00000000000000000000000022', 'azure', 't4', '', '2024-01-01', '0.526', 'gpu_hour', 'Azure East US, on-demand list price of NC4as T4 v3 divided by its GPUs'),
  ('prc_00000000000000000000000023', 'azure', 'v100', '', '2024-01-01', '3.06', 'gpu_hour', 'Azure East US, on-demand list price of NC6s v3 divided by its GPUs'),
  ('prc_00000000000000000000000024', 'coreweave', 'h100', '', '2025-01-01', '6.155', 'gpu_hour', 'CoreWeave on-demand list price'),
  ('prc_00000000000000000000000025', 'coreweave', 'h200', '', '2025-01-01', '6.305', 'gpu_hour', 'CoreWeave on-demand list price'),
  ('prc_00000000000000000000000026', 'coreweave', 'a100-80gb', '', '2025-01-01', '2.7', 'gpu_hour', 'CoreWeave on-demand list price'),
  ('prc_00000000000000000000000027', 'coreweave', 'l40s', '', '2025-01-01', '2.25', 'gpu_hour', 'CoreWeave on-demand list price'),
  ('prc_00000000000000000000000028', 'coreweave', 'gh200', '', '2025-01-01', '6.5', 'gpu_hour', 'CoreWeave on-demand list price'),
  ('prc_00000000000000000000000029', 'lambda', 'h100', '', '2025-01-01', '2.99', 'gpu_hour', 'Lambda on-demand list price'),
  ('prc_00000000000000000000000030', 'lambda', 'a100', '', '2025-01-01', '1.29', 'gpu_hour', 'Lambda on-demand list price'),
  ('prc_00000000000000000000000031', 'lambda', 'a100-80gb', '', '2025-01-01', '1.79', 'gpu_hour', 'Lambda on-demand list price'),
  ('prc_00000000000000000000000032', 'lambda', 'a10', '', '2025-01-01', '0.75', 'gpu_hour', 'Lambda on-demand list price'),
  ('prc_00000000000000000000000033', 'lambda', 'gh200', '', '2025-01-01', '1.49', 'gpu_hour', 'Lambda on-demand list price'),
  ('prc_00000000000000000000000034', 'lambda', 'v100', '', '2025-01-01', '0.55', 'gpu_hour', 'Lambda on-demand list price'),
  ('prc_00000000000000000000000035', 'runpod', 'h100', '', '2025-01-01', '2.99', 'gpu_hour', 'RunPod Secure Cloud on-demand list price'),
  ('prc_00000000000000000000000036', 'runpod', 'a100-80gb', '', '2025-01-01', '1.89', 'gpu_hour', 'RunPod Secure Cloud on-demand list price'),
  ('prc_00000000000000000000000037', 'runpod', 'l40s', '', '2025-01-01', '0.99', 'gpu_hour', 'RunPod Secure Cloud on-demand list price'),
  ('prc_00000000000000000000000038', 'runpod', 'rtx-4090', '', '2025-01-01', '0.69', 'gpu_hour', 'RunPod Secure Cloud on-demand list price');
