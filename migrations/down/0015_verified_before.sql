ALTER TABLE `users` DROP COLUMN `verified_before_at`;
