ALTER TABLE `runs` DROP COLUMN `mocked`;
