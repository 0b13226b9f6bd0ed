DROP TABLE `gpu_job_samples`;
--> statement-breakpoint
DROP TABLE `gpu_jobs`;
--> statement-breakpoint
DROP TABLE `price_tables`;
