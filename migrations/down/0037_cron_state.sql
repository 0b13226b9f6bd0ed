DROP TABLE `cron_state`;
