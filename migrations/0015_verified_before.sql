ALTER TABLE `users` ADD `verified_before_at` integer;--> statement-breakpoint
UPDATE `users` SET `verified_before_at` = (SELECT max(a.created_at) FROM audit_log a WHERE a.target_id = users.id AND a.action = 'user.updated' AND json_extract(a.before, '$.emailVerified') = 1) WHERE `email_verified_at` IS NULL;--> statement-breakpoint
UPDATE `teams` SET `plan` = 'premium', `version` = `version` + 1 WHERE `plan` = 'free' AND `id` IN (SELECT `personal_team_id` FROM `users` WHERE `role` = 'premium');
